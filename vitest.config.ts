import { defineConfig } from "vitest/config";

const SOAK = "test/soak/**/*.test.ts";

export default defineConfig({
  test: {
    globalSetup: ["harness/src/testing/global-setup.ts"],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    projects: [
      { extends: true, test: { name: "tests", include: ["test/**/*.test.ts"], exclude: [SOAK] } },
      // They take all cores for minutes: after all others, and one file at a time.
      {
        extends: true,
        test: { name: "soak", include: [SOAK], fileParallelism: false, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
