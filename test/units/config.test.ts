import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { anyObject } from "./canonical.ts";
import { encodeStruct } from "../../harness/src/emulator/vm/struct.ts";
import type { Unit } from "../../harness/src/testing/unit.ts";
import { load } from "./compile.ts";

let guest: Unit;
beforeAll(async () => {
  guest = await load("config");
});

const read = (config: unknown): string[] => {
  const text = typeof config === "string" ? config : JSON.stringify(config);
  const lines = guest.bytes("read", text)!.toString().split("\n");
  expect(guestStruct(config)).toEqual(lines);
  return lines;
};
/** The same configuration as the binary Struct that plain Envoy hands over must read the same. */
const guestStruct = (config: unknown): string[] => {
  const bytes = typeof config === "string" ? config : encodeStruct(config as Record<string, unknown>);
  return guest.bytes("read", bytes)!.toString().split("\n");
};
const errors = (config: unknown): string[] => read(config).slice(1);

describe("ConfigReader", () => {
  it("gives defaults for what is absent", () => {
    expect(read({ name: "n" })).toEqual(["default n null null true 10 -1 half 200000000 5 0 0 ok"]);
  });

  it("reads every type", () => {
    const config = {
      $schema: "https://example.com/schema.json",
      "x-comment": { any: "thing" },
      realm: "réalm",
      name: "n",
      optional: "",
      secret: "hidden",
      strict: false,
      limit: 1000,
      required: 0,
      factor: 0.25,
      timeout: "1.5s",
      share: "12.34%",
      mode: "shadow",
      names: ["a", "bc"],
      keys: ["k"],
      codes: [200, 599],
      providers: [
        { issuer: "i", cache: { size: 7 } },
        { issuer: "j", "x-note": 1 },
      ],
      labels: { one: "1", "x-two": "2" },
      upstream: { host: "h" },
    };
    const want = "réalm n  secret false 1000 0 quarter 1500000000 1234 1 a,bc,1 200;599;i|7|j|1+2+hok";
    expect(read(config)).toEqual([want]);
  });

  it("reports all errors in one go, with pointers, what is there and what should be", () => {
    const config = {
      realm: null,
      secret: 12,
      strict: "yes",
      limit: 0,
      required: 1.5,
      factor: 2,
      timeout: "90s",
      share: "12.345%",
      mode: "x",
      names: ["a", 1, "toolongtoolong"],
      keys: ["ok", { not: "shown" }, 5],
      codes: [199, true],
      providers: [{ issuer: 12 }, 3, { isuer: "x", cache: { sise: 1 } }, { issuer: "", cache: [] }],
      labels: { c: false },
      upstream: 4,
      check: 'this is "quoted" and much longer than foty bytes',
      nmae: "x",
    };
    expect(errors(config)).toEqual([
      "/realm: saw null, expected a string",
      "/name: saw nothing, expected a string",
      "/secret: saw <secret>, expected a string",
      '/strict: saw "yes", expected true or false',
      "/limit: saw 0, expected an integer from 1 to 1000",
      "/required: saw 1.5, expected an integer from 0 to 5",
      "/factor: saw 2, expected a number from 0 to 1.5",
      '/timeout: saw "90s", expected a duration like "1.5s" from 1ms to 1m',
      '/share: saw "12.345%", expected a percentage with at most two decimals, like 12.5 or "12.5%", from 0 to 100',
      '/mode: saw "x", expected one of "enforce", "shadow"',
      "/names/1: saw 1, expected a string",
      '/names/2: saw "toolongtoolong", expected a string of at most 8 bytes',
      "/keys/1: saw <secret>, expected a string",
      "/keys/2: saw <secret>, expected a string",
      "/codes/0: saw 199, expected an integer from 200 to 599",
      "/codes/1: saw true, expected an integer from 200 to 599",
      "/providers/0/issuer: saw 12, expected a string",
      "/providers/1: saw 3, expected an object",
      "/providers/2/issuer: saw nothing, expected a string",
      '/providers/3/issuer: saw "", expected a string that is not empty',
      "/providers/3/cache: saw a list, expected an object",
      "/labels/c: saw false, expected a string",
      "/upstream: saw 4, expected an object",
      '/check: saw "this is \\"quoted\\" and much longer than fo"..., expected something else',
      '/nmae: saw an unknown key, expected a known one (did you mean "name"?)',
      '/providers/2/isuer: saw an unknown key, expected a known one (did you mean "issuer"?)',
      '/providers/2/cache/sise: saw an unknown key, expected a known one (did you mean "size"?)',
    ]);
  });

  it.each([
    ["timeOut", "timeout"],
    ["time_out", "timeout"],
    ["tiemout", "timeout"],
    ["provider", "providers"],
    ["label", "labels"],
    ["nam", "name"],
  ])("knows what %s was meant to be", (key, meant) => {
    const [error] = errors({ name: "n", [key]: 1 });
    expect(error).toBe(`/${key}: saw an unknown key, expected a known one (did you mean "${meant}"?)`);
  });

  it("names the known keys when none is near, and never the value of an unknown one", () => {
    const [error] = errors({ name: "n", "zzzzz/~": "hunter2" });
    expect(error).toMatch(/^\/zzzzz~1~0: saw an unknown key, expected one of "realm", "name", "optional", /);
    expect(error).not.toContain("hunter2");
  });

  it("stops at 32 errors", () => {
    const lines = errors({ name: "n", codes: Array.from({ length: 100 }, () => 0) });
    expect(lines).toHaveLength(32);
    expect(lines.at(-1)).toBe("configuration: saw more errors, expected these to be fixed first");
  });

  it("bounds lists and strings", () => {
    expect(errors({ name: "n".repeat(21), names: ["a", "b", "c", "d"], secret: "s".repeat(17) })).toEqual([
      '/name: saw "nnnnnnnnnnnnnnnnnnnnn", expected a string of at most 20 bytes',
      "/secret: saw <secret>, expected a string of at most 16 bytes",
      "/names: saw a list, expected a list of at most 3 items",
    ]);
  });

  it("says where a configuration is unreadable, and nothing else", () => {
    expect(errors('{"name":[1,}')).toEqual(["/name/1: saw something else at byte 11, expected a value"]);
    expect(errors('{"name":"a","labels":{"b/c":"1","b/c":"2"}}')).toEqual([
      "/labels/b~1c: saw a duplicate member name at byte 32, expected each name once",
    ]);
    expect(errors('{"name":"\\x"}')).toEqual([
      "/name: saw unknown escape at byte 9, expected a value that can be read",
    ]);
    expect(errors('{"name":"n"} ]')).toEqual([
      "configuration: saw text after the end of the value at byte 13, expected a JSON object",
    ]);
    expect(errors("rules: []")).toEqual([
      'configuration: saw no JSON object (first character is not "{") and no google.protobuf.Struct: ' +
        "unexpected field at byte 0, expected a JSON object",
    ]);
  });

  it("reads percentages with two decimals", () => {
    const share = (value: unknown): string => read({ name: "n", share: value })[0]!.split(" ")[9]!;
    for (let hundredths = 0; hundredths <= 10_000; hundredths += 7) {
      const text = (hundredths / 100).toFixed(2);
      expect(share(Number(text))).toBe(`${hundredths}`);
      expect(share(`${text}%`)).toBe(`${hundredths}`);
    }
    expect([share(100), share("100%"), share("0.5%"), share("7%")]).toEqual(["10000", "10000", "50", "700"]);
    const wrong = [
      "",
      "%",
      "5",
      ".5%",
      "5.%",
      "1.234%",
      "100.01%",
      "-1%",
      " 1%",
      "1%%",
      "1e1%",
      100.01,
      -0.01,
      0.001,
      true,
    ];
    for (const value of wrong) expect(errors({ name: "n", share: value }), `${value}`).toHaveLength(1);
  });

  it("never traps, whatever the configuration", () => {
    const keys = [
      "realm",
      "name",
      "secret",
      "limit",
      "timeout",
      "share",
      "mode",
      "names",
      "codes",
      "providers",
      "labels",
    ];
    const config = fc
      .array(fc.tuple(fc.constantFrom(...keys, "upstream", "check"), fc.jsonValue({ maxDepth: 3 })))
      .map((entries) => JSON.stringify(Object.fromEntries(entries)));
    fc.assert(
      fc.property(config, (text) => {
        expect(guest.bytes("read", text)!.toString()).toMatch(/ok$|refused\n/);
      }),
      { numRuns: 1500 },
    );
    fc.assert(
      fc.property(anyObject, (value) => {
        expect(guest.bytes("read", encodeStruct(value))!.toString()).toMatch(/refused\n/);
      }),
      { numRuns: 500 },
    );
  });
});

describe("durations", () => {
  const duration = (text: string): string => guest.bytes("duration", text)!.toString();

  it.each([
    ["0s", "0 0s"],
    ["1.5s", "1500000000 1500ms"],
    ["200ms", "200000000 200ms"],
    ["1m", "60000000000 1m"],
    ["24h", "86400000000000 24h"],
    ["1h30m", "5400000000000 90m"],
    ["1.5h", "5400000000000 90m"],
    ["1m0.000000001s", "60000000001 60000000001ns"],
    ["0.5us", "500 500ns"],
    ["1.000s", "1000000000 1s"],
    ["0.0000000000s", "0 0s"],
    ["2562047h", "9223369200000000000 2562047h"],
    ["9223372036s854775807ns", "9223372036854775807 9223372036854775807ns"],
  ])("reads %s", (text, want) => {
    expect(duration(text)).toBe(want);
  });

  it("refuses all else", () => {
    const list = [
      "",
      "1",
      "s",
      "1 s",
      " 1s",
      "1s ",
      "-1s",
      "+1s",
      ".5s",
      "1.s",
      "1..5s",
      "1S",
      "1sec",
      "1d",
      "1m1h",
      "1s1s",
    ];
    list.push(
      "0.1ns",
      "1.0000000001s",
      "2562048h",
      "9223372036s854775808ns",
      "1e3s",
      "9999999999999999999s",
      "1s\0",
      "1sé",
    );
    for (const text of list) expect(duration(text), text).toBe("-1");
  });

  it("never traps", () => {
    const piece = fc.constantFrom("1", "0", "99999", ".", "s", "m", "h", "ns", "us", "ms", "-");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (list) => {
        expect(duration(list.join(""))).toMatch(/^(-1$|\d+ \d+[a-z]+$)/);
      }),
      { numRuns: 5000 },
    );
  });
});
