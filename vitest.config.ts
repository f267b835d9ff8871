import { defineConfig } from "vitest/config";
import { dockerUnavailable } from "./harness/src/envoy/docker.ts";
import { HOSTS_VARIABLE } from "./harness/src/model/hosts.ts";

const SOAK = "test/soak/**/*.test.ts";
const CONTAINERS = "test/containers/**/*.test.ts";
/** Behaviour that CI tests in a container too; `npm test -- --hosts container` does so with any file. */
const BEHAVIOUR = [
  "test/filters/{auth,canary,header-rewrite,rate-limit}.test.ts",
  "test/chain/{chain,reload}.test.ts",
];

export default defineConfig(async () => {
  const hasDocker = (await dockerUnavailable()) === undefined;
  const alsoInContainer = hasDocker && process.env["CI"] && !process.env[HOSTS_VARIABLE];
  return {
    test: {
      globalSetup: ["harness/src/testing/global-setup.ts"],
      testTimeout: 30_000,
      hookTimeout: 120_000,
      projects: [
        {
          extends: true,
          test: {
            name: "tests",
            include: ["test/**/*.test.ts"],
            exclude: [SOAK, CONTAINERS],
            // Not the default 0: on two cores vitest has one worker, and runs such files of order 0 after all others.
            sequence: { groupOrder: 1 },
          },
        },
        // One file at a time: they share images, and some of them need much of the machine.
        ...(hasDocker
          ? [
              {
                extends: true as const,
                test: {
                  name: "containers",
                  include: [CONTAINERS],
                  fileParallelism: false,
                  sequence: { groupOrder: 2 },
                },
              },
            ]
          : []),
        ...(alsoInContainer
          ? [
              {
                extends: true as const,
                test: {
                  name: "behaviour in a container",
                  include: BEHAVIOUR,
                  env: { [HOSTS_VARIABLE]: "container" },
                  sequence: { groupOrder: 3 },
                },
              },
            ]
          : []),
        // They take all cores for minutes: after all others, and one file at a time.
        {
          extends: true,
          test: { name: "soak", include: [SOAK], fileParallelism: false, sequence: { groupOrder: 4 } },
        },
      ],
    },
  };
});
