import { defineConfig } from "vitest/config";

const SOAK = "test/soak/**/*.test.ts";

export default defineConfig({
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
          exclude: [SOAK],
          // Not the default 0: on two cores vitest has one worker, and runs such files of order 0 after all others.
          sequence: { groupOrder: 1 },
        },
      },
      // They take all cores for minutes: after all others, and one file at a time.
      {
        extends: true,
        test: { name: "soak", include: [SOAK], fileParallelism: false, sequence: { groupOrder: 2 } },
      },
    ],
  },
});
