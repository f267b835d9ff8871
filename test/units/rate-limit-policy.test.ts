import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { load } from "./compile.ts";

const guest = await load("rate-limit-policy");
const SECOND = 1_000_000_000n;
/** A wall clock of today, in nanoseconds. */
const TODAY = 1_790_000_000n * SECOND;

function encode(numbers: readonly (bigint | number)[]): Uint8Array {
  return new Uint8Array(BigInt64Array.from(numbers, (number) => BigInt(number)).buffer);
}

function call(name: string, numbers: readonly (bigint | number)[]): bigint[] {
  const result = guest.bytes(name, encode(numbers));
  if (result === null) throw new Error(`${name} returned null`);
  return [...new BigInt64Array(Uint8Array.from(result).buffer)];
}

function rows(numbers: readonly bigint[], width: number): bigint[][] {
  return Array.from({ length: numbers.length / width }, (_, i) => numbers.slice(i * width, (i + 1) * width));
}

interface Quota {
  readonly requests: number;
  readonly period: bigint;
  readonly burst: number;
}

function decide(quota: Quota, steps: readonly (readonly [now: bigint, cost: number])[], arrival = 0n) {
  const script = [quota.requests, quota.period, quota.burst, arrival, ...steps.flat()];
  return rows(call("decisions", script), 5).map(([allowed, remaining, reset, retry, next]) => ({
    allowed: allowed === 1n,
    remaining: Number(remaining),
    reset,
    retry,
    arrival: next ?? 0n,
  }));
}

describe("one limit", () => {
  // github.com/throttled/throttled, rate_test.go, TestRateLimit: one per second, five at once.
  // Time in ms, cost, remaining, reset and retry in ms (-1: none), limited.
  const THROTTLED: readonly (readonly [number, number, number, number, number, boolean])[] = [
    [0, 6, 5, 0, -1, true],
    [0, 1, 4, 1000, -1, false],
    [0, 1, 3, 2000, -1, false],
    [0, 1, 2, 3000, -1, false],
    [0, 1, 1, 4000, -1, false],
    [0, 1, 0, 5000, -1, false],
    [0, 1, 0, 5000, 1000, true],
    [3000, 1, 2, 3000, -1, false],
    [3100, 1, 1, 3900, -1, false],
    [4000, 1, 1, 4000, -1, false],
    [8000, 1, 4, 1000, -1, false],
    [9500, 1, 4, 1000, -1, false],
    [9500, 0, 4, 1000, -1, false],
    [9500, 2, 2, 3000, -1, false],
    [9500, 5, 2, 3000, 3000, true],
  ];

  it.each([0n, TODAY])("decides like throttled, from %s", (start) => {
    const ms = (time: number) => (time < 0 ? -1n : BigInt(time) * 1_000_000n);
    const steps = THROTTLED.map(([time, cost]) => [start + ms(time), cost] as const);
    const decided = decide({ requests: 1, period: SECOND, burst: 5 }, steps);
    expect(
      decided.map(({ allowed, remaining, reset, retry }) => [remaining, reset, retry, !allowed]),
    ).toEqual(
      THROTTLED.map(([, , remaining, reset, retry, limited]) => [remaining, ms(reset), ms(retry), limited]),
    );
  });

  const quotas = fc.record({
    requests: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 1_000_000_000 })),
    period: fc.oneof(fc.bigInt(1n, 100n), fc.bigInt(1n, 60n * SECOND)),
    burst: fc.integer({ min: 1, max: 12 }),
  });

  it("allows exactly what the bound of a trailing window allows", () => {
    fc.assert(
      fc.property(
        quotas,
        fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { maxLength: 60 }),
        (quota, gaps) => {
          // Gaps around the time one request stands for, where an error of a nanosecond would show.
          const step = Number(quota.period) / quota.requests;
          let now = TODAY;
          const times = gaps.map((gap) => (now += BigInt(Math.round(gap * step))));
          const decided = decide(
            quota,
            times.map((time) => [time, 1] as const),
          );
          const passed: bigint[] = [];
          times.forEach((time, i) => {
            const isRoom = passed.every((since, k) => {
              const inWindow = BigInt(passed.length - k + 1);
              return (
                inWindow <= BigInt(quota.burst) + ((time - since) * BigInt(quota.requests)) / quota.period
              );
            });
            expect(decided[i]?.allowed, `request ${i}`).toBe(isRoom);
            if (isRoom) passed.push(time);
          });
        },
      ),
      { numRuns: 500 },
    );
  });

  it("says truly how many more pass now, and when the next one does", () => {
    fc.assert(
      fc.property(quotas, fc.integer({ min: 0, max: 12 }), fc.bigInt(0n, SECOND), (quota, used, later) => {
        const before = Array.from({ length: used }, () => [TODAY, 1] as const);
        const now = TODAY + later;
        const more = Array.from({ length: quota.burst + 1 }, () => [now, 1] as const);
        const after = decide(quota, [...before, [now, 0], ...more]).slice(used);
        const passed = after.slice(1).filter(({ allowed }) => allowed).length;
        expect(after[0]?.remaining).toBe(passed);
        const retry = after.at(-1)?.retry ?? 0n;
        expect(retry).toBeGreaterThan(0n);
        const again = (wait: bigint) =>
          decide(quota, [...before, ...more.map(() => [now, 1] as const), [now + wait, 1]]);
        expect(again(retry).at(-1)?.allowed).toBe(true);
        expect(again(retry - 1n).at(-1)?.allowed).toBe(false);
      }),
    );
  });

  it("does not drift at rates that do not divide the period", () => {
    const quota = { requests: 7, period: SECOND, burst: 2 };
    const steady = Array.from({ length: 7000 }, (_, i) => [TODAY + (BigInt(i) * SECOND) / 7n, 1] as const);
    const decided = decide(quota, steady);
    expect(decided.every(({ allowed }) => allowed)).toBe(true);
    expect(decided.at(-1)?.arrival).toBe(TODAY + 1000n * SECOND);
  });

  it.each([
    ["back", -3600n],
    ["forward", 3600n],
  ])("recovers at once when the clock is set %s by an hour", (_, jump) => {
    const quota = { requests: 5, period: 10n * SECOND, burst: 5 };
    const empty = Array.from({ length: 6 }, () => [TODAY, 1] as const);
    const then = TODAY + jump * SECOND;
    const after = decide(quota, [
      ...empty,
      [then, 1],
      [then + 2n * SECOND, 1],
      [then + 3n * SECOND, 1],
    ]).slice(6);
    if (jump < 0n) {
      expect(after.map(({ allowed }) => allowed)).toEqual([false, true, false]);
      expect(after[0]).toMatchObject({ remaining: 0, reset: 10n * SECOND, retry: 2n * SECOND });
    } else {
      expect(after.map(({ allowed }) => allowed)).toEqual([true, true, true]);
    }
  });

  it("stays within what is configured after a change of the rate", () => {
    // An hour of debt under the old rate counts as an empty bucket under the new one.
    const [first] = decide(
      { requests: 5, period: 10n * SECOND, burst: 5 },
      [[TODAY, 1]],
      TODAY + 3600n * SECOND,
    );
    expect(first).toMatchObject({ allowed: false, remaining: 0, reset: 10n * SECOND, retry: 2n * SECOND });
  });

  it("neither traps nor hangs, whatever the numbers", () => {
    const any = fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n);
    fc.assert(
      fc.property(quotas, any, any, any, (quota, arrival, now, cost) => {
        const script = [quota.requests, quota.period, quota.burst, arrival, now, cost];
        expect(call("decisions", script)).toHaveLength(5);
      }),
    );
  });

  it.each([
    [1, 1, 1, 1],
    [1_000_000_000, 1_000_000, 1_000_000_000, 1],
    [1_000_000_000, 31_622_400_000_000_000n, 1_000_000_000, 1],
    [1, 86_400n * SECOND, 3650, 1],
    [1, 86_400n * SECOND, 3653, 0],
    [1, 31_622_400_000_000_000n, 1_000_000_000, 0],
    [0, SECOND, 1, 0],
    [1, 0, 1, 0],
    [1, SECOND, 0, 0],
    [-1, SECOND, 1, 0],
    [1_000_000_001, SECOND, 1, 0],
    [2n ** 63n - 1n, 2n ** 63n - 1n, 2n ** 63n - 1n, 0],
  ])("%d per %d ns and %d at once: acceptable %d", (requests, period, burst, expected) => {
    expect(guest.number("fits", encode([requests, period, burst]))).toBe(expected);
  });
});

interface Limit extends Quota {
  readonly shadow?: boolean;
  readonly maxKeys?: number;
}

interface Arrival {
  readonly now?: bigint;
  readonly key?: number;
  /** Before each write to limit `rivalsAt`, as long as some are left, another worker gets in with the same key. */
  readonly rivals?: number;
  readonly rivalsAt?: number;
}

function admit(limits: readonly Limit[], arrivals: readonly Arrival[]) {
  const script = [limits.length, ...limits.flatMap((limit) => settings(limit))];
  for (const { now = TODAY, key = 0, rivals = 0, rivalsAt = 0 } of arrivals)
    script.push(now, key, rivalsAt, rivals);
  return rows(call("admissions", script), 4 + 2 * limits.length).map((row) => ({
    allowed: row[0] === 1n,
    lostWrites: Number(row[1]),
    uncounted: row[2] === 1n,
    rivalsAllowed: Number(row[3]),
    remaining: limits.map((_, i) => Number(row[4 + 2 * i])),
    overflow: limits.map((_, i) => row[5 + 2 * i] === 1n),
  }));
}

function settings(limit: Limit): (bigint | number)[] {
  return [limit.requests, limit.period, limit.burst, limit.shadow ? 1 : 0, limit.maxKeys ?? 16_384];
}

const FIVE: Limit = { requests: 5, period: 10n * SECOND, burst: 5 };
const TWO: Limit = { requests: 2, period: 10n * SECOND, burst: 2 };

describe("several limits", () => {
  it("charges a request to all of them or to none", () => {
    const seen = admit(
      [FIVE, TWO],
      Array.from({ length: 6 }, () => ({})),
    );
    expect(seen.map(({ allowed }) => allowed)).toEqual([true, true, false, false, false, false]);
    expect(seen.map(({ remaining }) => remaining)).toEqual([
      [4, 1],
      [3, 0],
      [3, 0],
      [3, 0],
      [3, 0],
      [3, 0],
    ]);
  });

  it("does not let a limit in shadow mode stop a request, nor hide one that does", () => {
    const shadow = { ...TWO, shadow: true };
    const alone = admit(
      [shadow],
      Array.from({ length: 4 }, () => ({})),
    );
    expect(alone.map(({ allowed }) => allowed)).toEqual([true, true, true, true]);
    const both = admit(
      [shadow, FIVE],
      Array.from({ length: 6 }, () => ({})),
    );
    expect(both.map(({ allowed }) => allowed)).toEqual([true, true, true, true, true, false]);
  });

  it("takes back what it charged when another worker takes the last place of a later limit", () => {
    const seen = admit([FIVE, TWO], [{}, { rivalsAt: 1, rivals: 1 }, { now: TODAY + 5n * SECOND }]);
    expect(seen[1]).toMatchObject({ allowed: false, lostWrites: 1, rivalsAllowed: 1, remaining: [4, 0] });
    // Had the charge stayed, 4 * 2 s after 5 s would leave one less.
    expect(seen[2]).toMatchObject({ allowed: true, remaining: [4, 0] });
  });

  it("gives none of them one too many, however often other workers get in between", () => {
    const arrivals = fc.array(fc.record({ rivals: fc.integer({ min: 0, max: 15 }), rivalsAt: fc.nat(1) }));
    fc.assert(
      fc.property(arrivals, (script) => {
        const passed = [0, 0];
        for (const [i, { allowed, uncounted, rivalsAllowed }] of admit([FIVE, TWO], script).entries()) {
          expect(uncounted).toBe(false);
          const at = script[i]?.rivalsAt ?? 0;
          passed[at] = (passed[at] ?? 0) + rivalsAllowed;
          if (allowed) passed.forEach((_, limit) => (passed[limit] = (passed[limit] ?? 0) + 1));
        }
        expect(passed[0]).toBeLessThanOrEqual(5);
        expect(passed[1]).toBeLessThanOrEqual(2);
      }),
    );
  });

  it("after 16 lost writes passes uncounted if there is room, and refuses if there is none", () => {
    const roomy = { ...FIVE, requests: 100, burst: 100 };
    const [crowded] = admit([roomy], [{ rivals: 1000 }]);
    expect(crowded).toMatchObject({ allowed: true, uncounted: true, lostWrites: 16, rivalsAllowed: 16 });
    const [full] = admit([FIVE], [{ rivals: 1000 }]);
    expect(full).toMatchObject({ allowed: false, uncounted: false, rivalsAllowed: 5 });
  });
});

describe("the table of keys", () => {
  const keys = (count: number, from = 0) => Array.from({ length: count }, (_, i) => ({ key: from + i }));

  it("keeps keys apart", () => {
    const seen = admit([FIVE], [...keys(20), ...keys(20)]);
    expect(seen.map(({ remaining }) => remaining[0])).toEqual([...Array(20).fill(4), ...Array(20).fill(3)]);
  });

  it("charges keys without a place to a shared overflow, and never forgives them", () => {
    const small = { ...TWO, maxKeys: 8 };
    const seen = admit([small], [...keys(8), ...keys(1), ...keys(3, 100), ...keys(8)]);
    expect(seen.slice(0, 9).every(({ allowed, overflow }) => allowed && !overflow[0])).toBe(true);
    // Three keys share two places.
    expect(seen.slice(9, 12)).toMatchObject([
      { allowed: true, overflow: [true], remaining: [1] },
      { allowed: true, overflow: [true], remaining: [0] },
      { allowed: false, overflow: [true] },
    ]);
    expect(seen.slice(12).map(({ allowed }) => allowed)).toEqual([false, ...Array(7).fill(true)]);
  });

  it("gives the place of an idle key to another, together with what that one owes", () => {
    const small = { ...TWO, maxKeys: 8 };
    const later = TODAY + 5n * SECOND;
    const arrivals = [
      ...keys(8),
      ...keys(2, 100),
      { key: 100, now: later },
      { key: 200, now: later + 5n * SECOND },
    ];
    const seen = admit([small], arrivals);
    // After five seconds the eight keys are idle, and one of the two charged to the overflow is paid off.
    expect(seen[10]).toMatchObject({ allowed: true, overflow: [false], remaining: [0] });
    expect(seen[11]).toMatchObject({ allowed: true, overflow: [false], remaining: [1] });
  });
});

describe("after the clock was set back by an hour", () => {
  const later = TODAY + 3600n * SECOND;

  it("a refused request heals its key", () => {
    const limits = [FIVE, { ...FIVE, requests: 50, burst: 50 }];
    const early = [2n, 4n, 6n].map((seconds) => ({ now: TODAY + seconds * SECOND }));
    const seen = admit(limits, [
      ...Array.from({ length: 6 }, () => ({ now: later })),
      { now: TODAY },
      ...early,
    ]);
    expect(seen.map(({ allowed }) => allowed)).toEqual([
      ...Array(5).fill(true),
      false,
      false,
      true,
      true,
      true,
    ]);
  });

  it("keys that do not come back lose their places as soon as they are idle", () => {
    const gone = Array.from({ length: 8 }, (_, key) => ({ key, now: later }));
    const now = TODAY + 11n * SECOND;
    const seen = admit([{ ...TWO, maxKeys: 8 }], [...gone, { key: 100, now: TODAY }, { key: 101, now }]);
    expect(seen.slice(8).map(({ overflow }) => overflow)).toEqual([[true], [false]]);
  });
});
