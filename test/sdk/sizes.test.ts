import { describe, expect, it } from "vitest";
import { buildEntry } from "../../harness/src/wasm/build.ts";

/** Entry file -> bytes that its module stays below. Sizes are the same on every machine. */
const LIMITS: Readonly<Record<string, number>> = {
  "bench/variants/sidecraft/w1.ts": 8_000,
  "bench/variants/sidecraft/w2.ts": 8_000,
  "bench/variants/sidecraft/w3.ts": 8_000,
  "bench/variants/sidecraft/w4.ts": 8_000,
  "filters/auth/assembly/filter.ts": 64_000,
  "filters/canary/assembly/filter.ts": 64_000,
  "filters/header-rewrite/assembly/filter.ts": 64_000,
  "filters/rate-limit/assembly/filter.ts": 64_000,
};

describe("The module of", () => {
  for (const [entry, limit] of Object.entries(LIMITS)) {
    it(`${entry} is smaller than ${limit} bytes`, async () => {
      expect((await buildEntry(entry)).bytes).toBeLessThan(limit);
    });
  }
});
