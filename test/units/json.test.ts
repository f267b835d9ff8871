import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { anyValue, canonical, withoutBigIntegers } from "./canonical.ts";
import type { Unit } from "../../harness/src/testing/unit.ts";
import { load } from "./compile.ts";

let guest: Unit;
beforeAll(async () => {
  guest = await load("json");
});

const read = (text: string | Uint8Array): string => guest.bytes("json", text)!.toString();
const accepted = (text: string | Uint8Array): boolean => !read(text).startsWith("!");

describe("accepts and reads", () => {
  it.each([
    ["null", "null"],
    [" \t\r\n true \n", "true"],
    ["[ ]", "[]"],
    ["{ }", "{}"],
    ['{"":""}', '{"":""}'],
    [
      '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20AC\\ud83d\\ude00"',
      '"\\"\\\\/\\u0008\\u000c\\n\\r\\tAé€😀"',
    ],
    ['"\\u0000\x7f\u2028"', '"\\u0000\\u007f\u2028"'],
    ['{"a":1,"A":2,"a\\u0000":3}', canonical({ a: 1, A: 2, "a\0": 3 })],
    ["-0", canonical(-0, ',"i64":"0"')],
    ["-0.0e-9", canonical(-0, ',"i64":"0"')],
    ["9223372036854775807", canonical(2 ** 63, ',"i64":"9223372036854775807"')],
    ["-9223372036854775808", canonical(-(2 ** 63), ',"i64":"-9223372036854775808"')],
    ["9223372036854775808", canonical(2 ** 63)],
    ["-9223372036854775809", canonical(-(2 ** 63))],
    ["9007199254740993", canonical(2 ** 53, ',"i64":"9007199254740993"')],
    ["1e3", canonical(1000)],
    ["1.0", canonical(1)],
    ["1e-400", canonical(0)],
  ])("%s", (text, want) => {
    expect(read(text)).toBe(want);
  });

  it("what JSON.stringify writes", () => {
    fc.assert(
      fc.property(anyValue, fc.constantFrom(undefined, 1, "\t"), (value, indent) => {
        expect(withoutBigIntegers(read(JSON.stringify(value, null, indent)))).toBe(canonical(value));
      }),
      { numRuns: 1000 },
    );
  });

  it("objects of many members", () => {
    const object = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`key${i}`, i]));
    expect(read(JSON.stringify(object))).toBe(canonical(object));
    expect(read(JSON.stringify(object).replace("key1999", "key\\u00312"))).toMatch(
      /\/key12 duplicate member name$/,
    );
    const twice = [...Array.from({ length: 100 }, (_, i) => i % 90), 3].map((i) => `"${"k".repeat(i)}":0`);
    expect(read(`{${twice.join()}}`)).toMatch(/ \/ duplicate member name$/);
  });
});

describe("refuses, and says where", () => {
  it.each([
    ["", "0  unexpected end"],
    ["  ", "2  unexpected end"],
    ["\ufeff{}", "0  byte order mark"],
    ["{} x", "3  text after the end of the value"],
    ["1 2", "2  text after the end of the value"],
    ["{}\0", "2  text after the end of the value"],
    ["nul", "0  expected a value"],
    ["truE", "0  expected a value"],
    ["NaN", "0  expected a value"],
    ["+1", "0  expected a value"],
    [".5", "0  expected a value"],
    ["'a'", "0  expected a value"],
    ["\u00a01", "0  expected a value"],
    ["\v1", "0  expected a value"],
    ["/**/1", "0  expected a value"],
    ["01", "0  leading zero"],
    ["[-01]", "2 /0 leading zero"],
    ["-", "1  expected a digit"],
    ["1.", "2  expected a digit"],
    ["[1.e1]", "3 /0 expected a digit"],
    ["1e", "2  expected a digit"],
    ["1e+", "3  expected a digit"],
    ["0x1", "1  text after the end of the value"],
    ["1e400", "0  number out of range"],
    ['{"a":[0,-1e309]}', "8 /a/1 number out of range"],
    [`[${"1".repeat(401)}]`, "1 /0 number of more than 400 characters"],
    ["[1,]", "3 /1 expected a value"],
    ["[,1]", "1 /0 expected a value"],
    ["[1 2]", '3 /1 expected "," or "]"'],
    ["[1}", '2 /1 expected "," or "]"'],
    ["[", "1 /0 unexpected end"],
    ['{"a":1,}', "7  expected a member name in quotes"],
    ["{a:1}", "1  expected a member name in quotes"],
    ['{"a"}', '4 /a expected ":"'],
    ['{"a":}', "5 /a expected a value"],
    ['{"a":1 "b":2}', '7  expected "," or "}"'],
    ['{"a":1]', '6  expected "," or "}"'],
    ['{"a/b":{"~":[0,{"c":tru}]}}', "20 /a~1b/~0/1/c expected a value"],
    ['{"a":1,"b":2,"a":3}', "13 /a duplicate member name"],
    ['{"a":{"b":1,"\\u0062":2}}', "12 /a/b duplicate member name"],
    ['"', "1  string without end"],
    ['"abc', "4  string without end"],
    ['"\\', "1  unknown escape"],
    ['"\\x41"', "1  unknown escape"],
    ['"\\u12"', "1  \\u without four hexadecimal digits"],
    ['"\\u12g4"', "1  \\u without four hexadecimal digits"],
    ['"\\ud800"', "1  lone surrogate"],
    ['"\\udc00"', "1  lone surrogate"],
    ['"\\ud800\\ud800"', "1  lone surrogate"],
    ['"\\ud800x"', "1  lone surrogate"],
    ['"a\tb"', "2  control character in a string"],
    ['"a\nb"', "2  control character in a string"],
    ['"\0"', "1  control character in a string"],
  ])("%j", (text, want) => {
    expect(read(text)).toBe(`!${want}`);
  });

  it.each([["c080"], ["c1bf"], ["eda080"], ["f4908080"], ["ff"], ["e282"], ["80"], ["f8888080"]])(
    "a string with the bytes %s",
    (bytes) => {
      expect(read(Buffer.from(`22${bytes}22`, "hex"))).toBe("!1  invalid UTF-8");
    },
  );

  it("what is beyond its limits", () => {
    const limited = (text: string, bytes: number, depth: number, values: number): string =>
      guest.bytes("limited", text, bytes, depth, values)!.toString();
    expect(limited("[1]", 3, 1, 2)).toBe(`[${canonical(1)}]`);
    expect(limited("[1]", 2, 1, 2)).toBe("!0  text longer than the limit of 2 bytes");
    expect(limited("[[]]", 9, 1, 9)).toBe("!1 /0 more than the limit of 1 levels");
    expect(limited("[1,2]", 9, 1, 2)).toBe("!3 /1 more than the limit of 2 values");
    expect(limited('{"a":1,"b":2}', 20, 1, 3)).toBe("!7  more than the limit of 3 values");
    expect(accepted("[".repeat(32) + "]".repeat(32))).toBe(true);
    expect(read("[".repeat(100_000))).toBe(`!32 ${"/0".repeat(32)} more than the limit of 32 levels`);
    expect(read(" ".repeat(1 << 20) + "1")).toBe("!0  text longer than the limit of 1048576 bytes");
    expect(accepted(`[${"0,".repeat(65_534)}0]`)).toBe(true);
    expect(accepted(`[${"0,".repeat(65_535)}0]`)).toBe(false);
  });
});

describe("rounds decimals as JSON.parse does", () => {
  const check = (text: string): void => {
    const want = JSON.parse(text) as number;
    const got = read(text);
    if (Number.isFinite(want))
      expect(withoutBigIntegers(got), text).toBe(withoutBigIntegers(canonical(want)));
    else expect(got, text).toBe("!0  number out of range");
  };

  it("at the hard cases", () => {
    const halfway = (2n ** 53n + 1n).toString();
    const largest = BigInt(Number.MAX_VALUE);
    const list = [
      "2.2250738585072011e-308",
      "2.2250738585072014e-308",
      "4.9e-324",
      "2.4703282292062327e-324",
    ];
    list.push("2.4703282292062328e-324", "2.47e-324", "1.7976931348623157e308", "1.7976931348623158e308");
    list.push(
      "1.7976931348623159e308",
      halfway,
      `${halfway}.0`,
      `${halfway}.${"0".repeat(300)}1`,
      "1e22",
      "1e23",
    );
    list.push(
      "8.5e22",
      "6.0221409e+23",
      "123456789012345678901234567890e-300",
      "0.1e-6",
      "1e309",
      "0e999999999999",
    );
    list.push(
      `0.${"0".repeat(390)}1`,
      `1${"0".repeat(308)}`,
      `1${"0".repeat(309)}`,
      "9".repeat(400),
      "1e-99999999999",
    );
    list.push(
      `${largest + 2n ** 969n}`,
      `${largest + 2n ** 970n - 1n}`,
      `${largest + 2n ** 970n}`,
      "1e99999999999",
    );
    list.forEach(check);
  });

  it("everywhere", () => {
    const digits = (max: number): fc.Arbitrary<string> =>
      fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 1, maxLength: max });
    const number = fc
      .tuple(digits(30), digits(30), fc.integer({ min: -345, max: 330 }))
      .map(([whole, fraction, exponent]) => `${whole.replace(/^0+(?=\d)/, "")}.${fraction}e${exponent}`);
    fc.assert(fc.property(number, check), { numRuns: 5000 });
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) =>
        check(JSON.stringify(value)),
      ),
      {
        numRuns: 5000,
      },
    );
    // Exactly between two neighbours, and one digit to each side of it.
    const bits = fc.bigInt({ min: 0n, max: 0x7fen << 52n });
    const middle = fc.property(bits, (low) => {
      const exponent = Number(low >> 52n);
      const mantissa = (low & (2n ** 52n - 1n)) | (exponent > 0 ? 2n ** 52n : 0n);
      const power = Math.max(exponent, 1) - 1076;
      if (power < -300 || power > 900) return;
      const odd = 2n * mantissa + 1n;
      const [value, scale] = power >= 0 ? [odd << BigInt(power), 0] : [odd * 5n ** BigInt(-power), power];
      for (const offset of [-1n, 0n, 1n]) check(`${value + offset}e${scale}`);
    });
    fc.assert(middle, { numRuns: 3000 });
  });
});

describe("bad input of every kind", () => {
  /** What JSON.parse says of it, null when it refuses. */
  const reference = (text: Uint8Array): { value: unknown } | null => {
    try {
      return { value: JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(text)) };
    } catch {
      return null;
    }
  };
  const check = (text: Uint8Array): void => {
    const got = read(text);
    if (got.startsWith("!")) return;
    const want = reference(text);
    expect(want, Buffer.from(text).toString()).not.toBeNull();
    const wanted = withoutBigIntegers(canonical(want!.value));
    expect(withoutBigIntegers(got)).toBe(wanted);
  };

  it("never traps, and what is accepted is what JSON.parse reads", () => {
    const pieces = [
      '"',
      "\\",
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      "0",
      "-",
      "1e5",
      ".",
      "true",
      "null",
      '"a"',
      '"a":',
      " ",
    ];
    pieces.push("\\u00", "\\ud83d", "\\ude00", "é", "\t", "\0", "1.5", "-0");
    const soup = fc
      .array(fc.constantFrom(...pieces), { maxLength: 12 })
      .map((list) => Buffer.from(list.join("")));
    fc.assert(fc.property(soup, check), { numRuns: 5000 });
    fc.assert(fc.property(fc.uint8Array({ maxLength: 30 }), check), { numRuns: 2000 });
  });

  it("never traps on mutations of good documents", () => {
    const kinds = fc.constantFrom("set", "cut", "insert", "double");
    const change = fc.tuple(fc.nat(), kinds, fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(anyValue, fc.array(change, { minLength: 8, maxLength: 8 }), (value, changes) => {
        const good = Buffer.from(JSON.stringify(value));
        for (const [where, kind, byte] of changes) {
          const at = where % (good.length + 1);
          const [head, tail] = [good.subarray(0, at), good.subarray(at)];
          if (kind === "set") check(Buffer.concat([head, Buffer.of(byte), tail.subarray(1)]));
          else if (kind === "cut") check(head);
          else if (kind === "insert") check(Buffer.concat([head, Buffer.of(byte), tail]));
          else check(Buffer.concat([head, tail.subarray(0, 5), tail]));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("answers harmlessly when a value is asked for what it is not", () => {
    const misuse = (text: string): number => guest.number("misuse", text);
    expect(misuse("null")).toBe(0);
    expect(misuse("true")).toBe(1);
    expect(misuse('"abc"')).toBe(3);
    expect(misuse("2.5")).toBe(4.5);
    expect(misuse("[]")).toBe(0);
    expect(misuse("[1]")).toBe(3);
    expect(misuse('{"key":1}')).toBe(12);
  });
});

describe("writeJsonString", () => {
  it("writes what JSON.parse reads back as the decoder reads the bytes", () => {
    const check = (bytes: Uint8Array): void => {
      const text = guest.bytes("quote", bytes)!.toString();
      expect(JSON.parse(text)).toBe(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));
      expect(text).not.toMatch(/[\0-\x1f\x7f]/);
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), check), { numRuns: 2000 });
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => check(Buffer.from(text))),
      { numRuns: 2000 },
    );
    check(Uint8Array.from({ length: 256 }, (_, i) => i));
  });
});
