import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { anyObject, canonical } from "./canonical.ts";
import { encodeStruct, encodeValue, entry, field } from "../../harness/src/emulator/vm/struct.ts";
import type { Unit } from "../../harness/src/testing/unit.ts";
import { load } from "./compile.ts";

let guest: Unit;
beforeAll(async () => {
  guest = await load("json");
});

const read = (bytes: Uint8Array): string => guest.bytes("struct", bytes)!.toString();
const configuration = (bytes: Uint8Array | string): string => guest.bytes("configuration", bytes)!.toString();

describe("google.protobuf.Struct", () => {
  it("reads what protobuf writes", () => {
    const object = {
      name: "x",
      limit: 10,
      half: -0.5,
      on: true,
      off: false,
      none: null,
      list: [1, [], {}],
      in: { a: "é" },
    };
    expect(read(encodeStruct(object))).toBe(canonical(object));
    expect(read(Buffer.alloc(0))).toBe("{}");
    // The first bytes that Envoy 1.40 hands over for {"zz": <number>}.
    expect(read(Buffer.from("0a0f0a027a7a1209110000000000001440", "hex"))).toBe(canonical({ zz: 5 }));
    fc.assert(
      fc.property(anyObject, (value) => {
        expect(read(encodeStruct(value))).toBe(canonical(value));
      }),
      { numRuns: 600 },
    );
  });

  const one = encodeValue(1);
  const double = (value: number): Buffer => encodeValue(value);
  const deep = (levels: number): Record<string, unknown> => (levels === 0 ? {} : { a: deep(levels - 1) });

  it.each([
    ["an unknown field", Buffer.from("1200", "hex"), "0  unexpected field"],
    ["a field that is cut off", Buffer.from("0a05", "hex"), "0  length beyond the end"],
    ["a length that wraps", Buffer.from("0afaffffff0f", "hex"), "0  length beyond the end"],
    ["an endless length", Buffer.from("0affffffffffffffffffffffff", "hex"), "0  length beyond the end"],
    ["an entry without a key", field(1, field(2, one)), "2  unexpected field"],
    ["an entry without a value", field(1, field(1, Buffer.from("a"))), "5 /a unexpected field"],
    [
      "an entry with something behind its value",
      entry("a", Buffer.concat([one, one])),
      "7 /a number of the wrong length",
    ],
    ["a value of no kind", entry("a", Buffer.alloc(0)), "7 /a value without a kind"],
    ["a value of two kinds", entry("a", Buffer.from("20012001", "hex")), "7 /a unknown kind of value"],
    ["two strings in a value", entry("a", Buffer.from("1a001a00", "hex")), "9 /a bytes after a value"],
    ["a value of an unknown kind", entry("a", Buffer.from("3a00", "hex")), "7 /a unknown kind of value"],
    ["a bool that is 2", entry("a", Buffer.from("2002", "hex")), "7 /a unknown kind of value"],
    ["a null that is 1", entry("a", Buffer.from("0801", "hex")), "7 /a unknown kind of value"],
    ["a number that is too short", entry("a", Buffer.from("1100", "hex")), "7 /a number of the wrong length"],
    ["NaN", entry("a", double(NaN)), "7 /a number that is not finite"],
    ["infinity", encodeStruct({ a: [0, -Infinity] }), "22 /a/1 number that is not finite"],
    ["a key that is not UTF-8", entry(Buffer.of(0xff), one), "4  invalid UTF-8"],
    ["a string that is not UTF-8", entry("a", field(3, Buffer.of(0xff))), "9 /a invalid UTF-8"],
    ["a key twice", Buffer.concat([entry("a", one), entry("a", one)]), "18 /a duplicate key"],
    ["too many levels", encodeStruct(deep(32)), ""],
  ])("refuses %s", (_, bytes, want) => {
    const got = read(bytes);
    if (want === "") expect(got).toMatch(/^!\d+ (\/a){32} more than the limit of 32 levels$/);
    else expect(got).toBe(`!${want}`);
  });

  it("never traps on mutations and random bytes", () => {
    const change = fc.tuple(
      fc.nat(),
      fc.constantFrom("set", "cut", "insert"),
      fc.integer({ min: 0, max: 255 }),
    );
    fc.assert(
      fc.property(anyObject, fc.array(change, { minLength: 10, maxLength: 10 }), (value, changes) => {
        const good = encodeStruct(value);
        for (const [where, kind, byte] of changes) {
          const at = where % (good.length + 1);
          const rest = kind === "cut" ? [] : [Buffer.of(byte), good.subarray(kind === "set" ? at + 1 : at)];
          const bytes = Buffer.concat([good.subarray(0, at), ...rest]);
          expect(read(bytes)).toMatch(/^[!{]/);
          expect(configuration(bytes)).toMatch(/^[!{]/);
        }
      }),
      { numRuns: 600 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 24 }), (bytes) => {
        expect(read(bytes)).toMatch(/^[!{]/);
      }),
      { numRuns: 5000 },
    );
  });
});

describe("parseConfiguration", () => {
  it("reads both forms", () => {
    expect(configuration("")).toBe("{}");
    expect(configuration(' \n{"a":1}')).toBe(canonical({ a: 1 }));
    expect(configuration(encodeStruct({ a: 1 }))).toBe(canonical({ a: 1 }));
  });

  it("reads a Struct whose first bytes look like JSON", () => {
    // An entry of 123 bytes begins with a line feed and "{"; other lengths are white space.
    for (let length = 0; length < 130; length++) {
      for (const object of [{ a: "x".repeat(length) }, { ["k".repeat(length)]: null }]) {
        expect(configuration(encodeStruct(object))).toBe(canonical(object));
      }
    }
  });

  it("says what both attempts met", () => {
    expect(configuration('{"a":}')).toBe("!5 /a expected a value");
    for (const text of ["rules: []", "[1]", '"{}"', " ", "\ufeff{}"]) {
      expect(configuration(text)).toMatch(
        /^!\d+ {2}no JSON object \(first character is not "\{"\) and no google\.protobuf\.Struct: /,
      );
    }
  });
});
