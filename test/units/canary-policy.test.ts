import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { bucketOf, murmur3, stickyCookie } from "../filters/canary-contract.ts";
import type { Unit } from "../../harness/src/testing/unit.ts";
import { load } from "./compile.ts";

const VARIANTS = ["none", "stable", "canary"];
const NOW = 1_800_000_000;
const SECRET = "sixteen-or-more-bytes";

let guest: Unit;
beforeAll(async () => {
  guest = await load("canary-policy");
});

function decide(
  config: object,
  { headers = [], identity = "", bits = -1 }: { headers?: string[]; identity?: string; bits?: number } = {},
): string | null {
  return guest.text(
    "decision",
    JSON.stringify({ rollout: "r", percent: 50, ...config }),
    headers.join("\n"),
    identity,
    NOW,
    bits,
  );
}

describe("the bucket", () => {
  it("is what the page of the filter says, for every rollout and key", () => {
    expect(murmur3(Buffer.from("Hello, world!"))).toBe(0xc0363e43);
    expect([bucketOf("checkout-v2", "user-1"), bucketOf("checkout-v2", "user-2")]).toEqual([7065, 1414]);
    fc.assert(
      fc.property(fc.string(), fc.string({ unit: "binary" }), (rollout, key) => {
        expect(guest.number("bucket", `${rollout}:`, key)).toBe(bucketOf(rollout, key));
      }),
    );
  });

  it("projects 32 bits onto 0 to 9999", () => {
    expect(
      [0, 429_496, 429_497, 2 ** 31, 2 ** 32 - 1].map((bits) => guest.number("bucketOfBits", bits)),
    ).toEqual([0, 0, 1, 5000, 9999]);
  });

  it("is spread evenly", () => {
    const observed = new Array<number>(100).fill(0);
    const keys = 100_000;
    for (let i = 0; i < keys; i++) {
      const bin = Math.floor(guest.number("bucket", "checkout-v2:", `user-${i}`) / 100);
      observed[bin] = (observed[bin] ?? 0) + 1;
    }
    const expected = keys / observed.length;
    const chiSquare = observed.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // 99 degrees of freedom: 148 is exceeded once in a thousand.
    expect(chiSquare).toBeLessThan(148);
  });

  it("is independent between rollouts", () => {
    const keys = Array.from({ length: 20_000 }, (_, i) => `user-${i}`);
    const both = keys.filter((key) => bucketOf("one", key) < 2000 && bucketOf("two", key) < 2000).length;
    expect(both / keys.length).toBeCloseTo(0.04, 2);
  });
});

describe("the decision", () => {
  const key = { key: [{ property: "auth.identity" }, { cookie: "session" }, { header: "x-user-id" }] };
  const cookie = { cookie: { secret: SECRET } };
  const override = { override: { secret: "override-secret" } };
  const pinned = (variant: string): string =>
    `cookie: canary=${stickyCookie({ rollout: "r", variant, expiry: NOW + 60, secret: SECRET })}`;

  it("keeps every key on the canary when the share grows", () => {
    const shares = [0, 0.01, 1, 5, 20, 50, 99.99, 100];
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: "grapheme-ascii" }), (identity) => {
        const variants = shares.map((percent) => decide({ percent, ...key }, { identity })?.split(" ")[0]);
        expect(variants).toEqual([...variants].sort().reverse());
        expect(variants[0]).toBe("stable");
        expect(variants.at(-1)).toBe("canary");
      }),
    );
  });

  it("agrees with the bucket to a hundredth of a percent", () => {
    for (let i = 0; i < 200; i++) {
      const bucket = bucketOf("r", `user-${i}`);
      expect(decide({ percent: bucket / 100, ...key }, { identity: `user-${i}` })).toMatch(/^stable/);
      expect(decide({ percent: `${(bucket + 1) / 100}%`, ...key }, { identity: `user-${i}` })).toMatch(
        /^canary/,
      );
    }
  });

  it.each([
    [
      "an override before all else",
      { ...key, ...cookie, ...override, percent: 0 },
      { headers: ["x-canary-override: canary;override-secret", pinned("stable")] },
      "canary override",
    ],
    [
      "an override at 100 percent",
      { ...override, percent: 100 },
      { headers: ["x-canary-override: stable;override-secret"] },
      "stable override",
    ],
    [
      "a refused override like none",
      { ...override, percent: 100 },
      { headers: ["x-canary-override: stable;wrong"] },
      "canary percent !override",
    ],
    [
      "0 percent before the cookie",
      { ...cookie, percent: 0 },
      { headers: [pinned("canary")] },
      "stable percent",
    ],
    [
      "100 percent before the cookie",
      { ...cookie, percent: 100 },
      { headers: [pinned("stable")] },
      "canary percent",
    ],
    [
      "the cookie before the bucket",
      { ...key, ...cookie, percent: 0.01 },
      { headers: [pinned("canary")], identity: "user-1" },
      "canary cookie",
    ],
    [
      "the bucket after a refused cookie",
      { ...key, ...cookie, percent: 99.99 },
      { headers: [`${pinned("stable")}x`], identity: "user-1" },
      "canary bucket !cookie",
    ],
    [
      "a cookie that is not configured",
      { ...key, percent: 99.99 },
      { headers: [pinned("stable")], identity: "user-1" },
      "canary bucket",
    ],
    ["no key", { ...key }, {}, "stable no_key"],
    ["no key with a high draw", { ...key, no_key: "random" }, { bits: 2 ** 32 - 1 }, "stable random"],
    ["no key with a low draw", { ...key, no_key: "random" }, { bits: 0 }, "canary random"],
    ["no key and no randomness", { ...key, no_key: "random" }, { bits: -1 }, "stable no_key"],
  ])("%s", (_, config, facts, expected) => {
    expect(decide(config, facts)).toBe(expected);
  });

  it.each([
    ["the property first", { identity: "user-1", headers: ["cookie: session=s", "x-user-id: u"] }, "user-1"],
    ["then the cookie", { headers: ["cookie: session=s", "x-user-id: u"] }, "s"],
    ["then the header", { headers: ["x-user-id: u"] }, "u"],
    ["an empty cookie is none", { headers: ["cookie: session=", "x-user-id: u"] }, "u"],
    ["a cookie sent twice is none", { headers: ["cookie: session=a; session=b", "x-user-id: u"] }, "u"],
    ["a header sent twice is none", { headers: ["x-user-id: u", "x-user-id: v"] }, null],
  ])("takes as key %s", (_, facts, expected) => {
    const percent = expected === null ? 50 : (bucketOf("r", expected) + 1) / 100;
    expect(decide({ ...key, percent }, facts)).toBe(expected === null ? "stable no_key" : "canary bucket");
  });
});

describe("cookies", () => {
  it.each([
    ["a=1", "1"],
    ["b=2; a=1; c=3", "1"],
    ["b=2\na=1", "1"],
    ["b=2;a=1;", "1"],
    [" a = 1 ;b=2", "1"],
    ["a=x=y", "x=y"],
    ['a="1"', '"1"'],
    ["a=", ""],
    ["", null],
    ["A=1", null],
    ["aa=1; =1; a; ;;", null],
    ["a=1; a=1", null],
    ["a=1\na=2", null],
    ["b;a=1;c", "1"],
    ["a;a=1", "1"],
    ["b=1;a", null],
    ["\t a\t=\t1 ", "1"],
    ["a;b=a=1", null],
    [`a=1; b=${"x".repeat(16_384)}`, null],
  ])("%j", (header, expected) => {
    expect(guest.bytes("cookie", header, "a")?.toString() ?? null).toBe(expected);
  });

  it.each([
    ["other cookies", "b=;"],
    ["names of another length", "bb=;"],
    ["texts without value", "b;"],
    ["nothing at all", ";"],
  ])("are found among 16 KiB of %s", (_, unit) => {
    const header = `${unit.repeat(Math.floor(16_380 / unit.length))};a=1`;
    expect(guest.bytes("cookie", header, "a")?.toString()).toBe("1");
  });
});

describe("the sticky cookie", () => {
  const valid = { rollout: "r", variant: "canary", expiry: NOW + 60, secret: SECRET };
  const read = (value: string, now = NOW): string | undefined =>
    VARIANTS[guest.number("readSticky", "r", SECRET, value, now)];

  it("is read as the page of the filter says", () => {
    expect(read(stickyCookie(valid))).toBe("canary");
    expect(read(stickyCookie({ ...valid, variant: "stable" }))).toBe("stable");
    expect(read(stickyCookie(valid), NOW + 59)).toBe("canary");
  });

  it.each([
    ["expired", stickyCookie(valid), NOW + 60],
    ["at an unknown time", stickyCookie(valid), 0],
    ["of another rollout", stickyCookie({ ...valid, rollout: "r2" })],
    ["of a rollout with this as its beginning", stickyCookie({ ...valid, rollout: "r.canary" })],
    ["under another secret", stickyCookie({ ...valid, secret: "another-secret-of-16" })],
    ["for an unknown variant", stickyCookie({ ...valid, variant: "blue" })],
    ["with an expiry that is no number", stickyCookie({ ...valid, expiry: "9e9" })],
    ["with an expiry beyond 18 digits", stickyCookie({ ...valid, expiry: "9".repeat(19) })],
    ["with a changed variant", stickyCookie({ ...valid, variant: "stable" }).replace("stable", "canary")],
    ["with a later expiry", stickyCookie(valid).replace(`${NOW + 60}`, `${NOW + 6000}`)],
    ["with a longer code", `${stickyCookie(valid)}A`],
    ["with padding", `${stickyCookie(valid)}=`],
    ["without a code", `v1.r.canary.${NOW + 60}.`],
    ["with nothing but the beginning", "v1.r."],
    ["empty", ""],
  ])("is refused %s", (_, value, now = NOW) => {
    expect(read(value, now)).toBe("none");
  });

  it("is refused with any byte changed", () => {
    const value = stickyCookie(valid);
    for (let i = 0; i < value.length; i++) {
      const changed = Buffer.from(value);
      changed[i] = (changed[i] ?? 0) ^ 1;
      expect(read(changed.toString("latin1"))).toBe("none");
    }
  });

  it("never traps", () => {
    const part = fc.oneof(fc.string(), fc.constantFrom("v1", "r", "canary", "stable", `${NOW + 60}`, "-1"));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        expect(read(parts.join("."))).toBe("none");
      }),
    );
  });
});

describe("the override", () => {
  it.each([
    ["canary;secret", "canary", "canary"],
    ["stable;secret", "stable", "stable"],
    [" canary ; secret ", "canary", "canary"],
    ["canary", "none", "canary"],
    ["canary;", "none", "canary"],
    ["canary;Secret", "none", "canary"],
    ["canary;secret;", "none", "canary"],
    ["canary;secre", "none", "canary"],
    ["Canary;secret", "none", "none"],
    ["blue;secret", "none", "none"],
    [";secret", "none", "none"],
    ["canary;secret, stable;secret", "none", "canary"],
    ["canary;secret\ncanary;secret", "none", "none"],
    ["", "none", "none"],
  ])("%j", (header, withSecret, trusted) => {
    expect(VARIANTS[guest.number("override_", header, 0, "secret")]).toBe(withSecret);
    expect(VARIANTS[guest.number("override_", header, 1, "")]).toBe(trusted);
  });
});

describe("a response that shared caches may store", () => {
  it.each([
    ["public", 1],
    ["max-age=60, Public", 1],
    ["no-cache\ns-maxage=5", 1],
    ["private, max-age=60", 0],
    ["publicity", 0],
    ["max-age=60", 0],
    ["", 0],
  ])("%j", (header, expected) => {
    expect(guest.number("shared", header)).toBe(expected);
  });
});
