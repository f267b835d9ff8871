import { describe, expect, it } from "vitest";
import { buildEntry, buildFilters } from "../../harness/src/wasm/build.ts";

/** Entry file -> bytes that its module stays below. Sizes are the same on every machine. */
const LIMITS: Readonly<Record<string, number>> = {
  "bench/variants/sidecraft/w1.ts": 8_000,
  "bench/variants/sidecraft/w2.ts": 8_000,
  "bench/variants/sidecraft/w3.ts": 8_000,
  "bench/variants/sidecraft/w4.ts": 8_000,
};
const FILTER_LIMIT = 64_000;

describe("The module of", () => {
  for (const [entry, limit] of Object.entries(LIMITS)) {
    it(`${entry} is smaller than ${limit} bytes`, async () => {
      expect((await buildEntry(entry)).bytes).toBeLessThan(limit);
    });
  }

  it(`each product filter is smaller than ${FILTER_LIMIT} bytes`, async () => {
    const sizes = (await buildFilters()).map(({ name, bytes }) => ({ name, isSmall: bytes < FILTER_LIMIT }));
    expect(sizes).toHaveLength(4);
    expect(sizes.filter(({ isSmall }) => !isSmall)).toEqual([]);
  });
});
