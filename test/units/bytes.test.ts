import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Text, type Unit } from "../../harness/src/testing/unit.ts";
import { load } from "./compile.ts";

let guest: Unit;
beforeAll(async () => {
  guest = await load("bytes");
});

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lossy = new TextDecoder("utf-8", { ignoreBOM: true });
const isValid = (bytes: Uint8Array): boolean => {
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
};
const bytes = fc.uint8Array({ maxLength: 40 });
// Lead bytes, continuation bytes and the borders of their ranges, so that near misses are frequent.
const borders = [
  0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec,
];
borders.push(0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf8, 0xff);
const nearUtf8 = fc
  .array(fc.constantFrom(...borders), { maxLength: 14 })
  .map((list) => Uint8Array.from(list));

describe("UTF-8", () => {
  it("accepts the same 65,536 pairs of bytes as TextDecoder", () => {
    for (let first = 0; first < 256; first++) {
      const got = guest.bytes("validPairs", first)!;
      for (let second = 0; second < 256; second++) {
        expect(got[second] === 1, `${first} ${second}`).toBe(isValid(Uint8Array.of(first, second)));
      }
    }
  });

  it("accepts and decodes what TextDecoder does", () => {
    const check = (value: Uint8Array): void => {
      expect(guest.number("valid", value) === 1).toBe(isValid(value));
      expect(guest.text("decode", value)).toBe(lossy.decode(value));
    };
    fc.assert(fc.property(nearUtf8, check), { numRuns: 6000 });
    fc.assert(fc.property(bytes, check), { numRuns: 1000 });
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => check(Buffer.from(text))),
      { numRuns: 1000 },
    );
  });

  it("encodes lone surrogates as U+FFFD", () => {
    for (const text of ["", "a", "é", "€", "😀", "\ud800", "a\udc00b", "\udc00\ud800"]) {
      expect(guest.bytes("encode", new Text(text))).toEqual(Buffer.from(text));
    }
  });
});

describe("comparing", () => {
  const bits = (left: string | Uint8Array, right: string | Uint8Array): number =>
    guest.number("compare", left, right);

  it("finds equal bytes equal in every way", () => {
    for (const text of ["", "a", "content-type", "x".repeat(100)]) expect(bits(text, text)).toBe(0b11101111);
  });

  it("tells different bytes apart", () => {
    expect(bits("a", "b")).toBe(0b00010000);
    expect(bits("a", "")).toBe(0b01110000);
    expect(bits("", "a")).toBe(0b00010000);
    expect(bits("abc", "ab")).toBe(0b00110000);
    expect(bits("abc", "bc")).toBe(0b01010000);
    expect(bits("aaaaaaaaaaaaaaaab", "aaaaaaaaaaaaaaaaa")).toBe(0b00010000);
  });

  it("ignores the case of ASCII letters only", () => {
    expect(bits("Content-TYPE", "cONTENT-type")).toBe(0b00010010);
    for (const [left, right] of [
      ["@", "`"],
      ["[", "{"],
      ["É", "é"],
      ["\0", " "],
    ]) {
      expect(bits(left!, right!) & 2, left).toBe(0);
    }
  });

  it("compares with null", () => {
    expect(guest.number("nulls")).toBe(1);
  });

  it("orders as Buffer.compare", () => {
    const small = fc.uint8Array({ maxLength: 3 });
    fc.assert(
      fc.property(small, small, (left, right) => {
        expect(guest.number("order", left, right)).toBe(Buffer.compare(left, right));
      }),
      { numRuns: 1000 },
    );
  });
});

describe("parts", () => {
  it("reads 0 outside", () => {
    expect([-2147483648, -1, 0, 1, 2, 2147483647].map((i) => guest.number("at", "xy", i))).toEqual([
      0, 0, 120, 121, 0, 0,
    ]);
  });

  it("clamps slices", () => {
    const index = fc.oneof(fc.integer({ min: -3, max: 8 }), fc.integer());
    fc.assert(
      fc.property(index, index, (from, to) => {
        const want = "abcde".slice(Math.max(from, 0), Math.max(to, 0));
        expect(guest.bytes("slice", "abcde", from, to)!.toString()).toBe(want);
      }),
    );
  });

  it("searches as Buffer.indexOf", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 12 });
    fc.assert(
      fc.property(letters, letters, fc.integer({ min: -3, max: 14 }), (text, part, from) => {
        const start = Math.max(from, 0);
        const expected = start > text.length && part === "" ? -1 : text.indexOf(part, start);
        expect(guest.number("indexOfBytes", text, part, from)).toBe(expected);
        expect(guest.number("indexOf", text, 98, from)).toBe(text.indexOf("b", start));
      }),
      { numRuns: 1000 },
    );
    expect(guest.number("indexOf", "abc", 97, 2147483647)).toBe(-1);
    expect(guest.number("indexOf", "abc", 97, -2147483648)).toBe(0);
  });

  it("trims spaces and tabs only", () => {
    const table = [
      ["", ""],
      [" ", ""],
      [" \t a b\t ", "a b"],
      ["\n a", "\n a"],
      ["a", "a"],
      ["\u00a0a", "\u00a0a"],
    ];
    for (const [text, want] of table) expect(guest.bytes("trim", text!)!.toString()).toBe(want);
  });

  it("lowers ASCII letters only", () => {
    for (const text of ["", "abc", "ABC", "aBc-Z@[`{", "ÀÉ", "x".repeat(30) + "Y"]) {
      expect(guest.bytes("lower", text)!.toString()).toBe(text.replace(/[A-Z]/g, (c) => c.toLowerCase()));
    }
  });
});

describe("numbers", () => {
  it("reads 1 to 18 digits and refuses all else", () => {
    const good = ["0", "7", "007", "4294967296", "9007199254740993", "999999999999999999"];
    for (const text of good) expect(guest.text("parseUint", text)).toBe(BigInt(text).toString());
    const bad = [
      "",
      "-1",
      "+1",
      " 1",
      "1 ",
      "1.0",
      "1e3",
      "0x1",
      "1_0",
      "９",
      "1000000000000000000",
      "/",
      ":",
      "1\0",
    ];
    for (const text of bad) expect(guest.text("parseUint", text), text).toBe("-1");
  });

  it("has the published murmur3 values", () => {
    const vectors: [string, number, number][] = [
      ["", 0, 0],
      ["", 1, 0x514e28b7],
      ["", 0xffffffff, 0x81f16f39],
      ["test", 0, 0xba6bd213],
      ["test", 0x9747b28c, 0x704b81dc],
      ["Hello, world!", 0, 0xc0363e43],
      ["Hello, world!", 0x9747b28c, 0x24884cba],
      ["aaaa", 0x9747b28c, 0x5a97808a],
      ["aaa", 0x9747b28c, 0x283e0130],
      ["aa", 0x9747b28c, 0x5d211726],
      ["a", 0x9747b28c, 0x7fa09ea6],
      ["The quick brown fox jumps over the lazy dog", 0x9747b28c, 0x2fa826cd],
    ];
    for (const [text, seed, want] of vectors)
      expect(guest.number("murmur3", text, seed) >>> 0, text).toBe(want);
  });
});

describe("BytesBuilder", () => {
  it("puts together what it was given, at every capacity", () => {
    const part = fc.string({ unit: "binary", maxLength: 20 });
    fc.assert(
      fc.property(
        part,
        bytes,
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.nat(80),
        (text, data, n, room) => {
          const got = guest.bytes(
            "build",
            new Text(text),
            data,
            Number(n >> 32n),
            Number(n & 0xffffffffn),
            room,
          );
          const hex = Buffer.from(data).toString("hex");
          const want = Buffer.concat([Buffer.from(`${text}|`), data, Buffer.from(`|${n}|${hex}`)]);
          expect(got).toEqual(want);
        },
      ),
      { numRuns: 1000 },
    );
    for (const n of [0n, -1n, 9n, 10n, 10n ** 18n, 10n ** 18n - 1n, 2n ** 63n - 1n, -(2n ** 63n)]) {
      const got = guest.bytes("build", new Text(""), "", Number(n >> 32n), Number(n & 0xffffffffn), 0);
      expect(got!.toString()).toBe(`||${n}|`);
    }
  });
});

describe("BytesMap", () => {
  it("does what Map does", () => {
    const key = fc.integer({ min: 0, max: 60 }).map((n) => `key${n}`);
    const step = fc.record({
      operation: fc.constantFrom(0, 0, 0, 1, 1, 3),
      key,
      value: fc.string({ unit: "grapheme-ascii" }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const model = new Map<string, string>();
        guest.number("mapStep", 2, "", new Text(""));
        for (const { operation, key, value } of steps) {
          const got = guest.number("mapStep", operation, key, new Text(value));
          if (operation === 0) model.set(key, value);
          if (operation === 1) model.delete(key);
          expect(got).toBe(operation === 3 ? (model.get(key)?.length ?? -1) : model.size);
        }
        const entries = guest.text("mapEntries")!;
        const want = [...model].map(([k, v]) => `${k}=${v};`);
        expect(entries.length).toBe(want.join("").length);
        for (const entry of want) expect(entries).toContain(entry);
      }),
      { numRuns: 200 },
    );
  });
});
