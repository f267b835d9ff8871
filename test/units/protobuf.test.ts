import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { field } from "../../harness/src/emulator/vm/struct.ts";
import { Text, type Unit } from "../../harness/src/testing/unit.ts";
import { load } from "./compile.ts";

let guest: Unit;
beforeAll(async () => {
  guest = await load("protobuf");
});

const hex = (text: string): Buffer => Buffer.from(text, "hex");
const fields = (message: Uint8Array): string | null => guest.text("fields", message);

/** Messages by the encoding's own description (https://protobuf.dev/programming-guides/encoding/), and their fields. */
const MESSAGES: readonly (readonly [string, string])[] = [
  ["", ""],
  ["089601", "1:150: "],
  ["120774657374696e67", "2:0:74657374696e67 "],
  ["1a03089601", "3:0:089601 "],
  ["3206038e029ea705", "6:0:038e029ea705 "],
  ["0801" + "0802", "1:1: 1:2: "],
  ["1200", "2:0: "],
  ["09ffffffffffffff7f", "1:9223372036854775807: "],
  ["0dffffffff", "1:4294967295: "],
  ["08ffffffffffffffffff01", "1:18446744073709551615: "],
  ["f8ffffff0f01", "536870911:1: "],
  ["088000", "1:0: "],
];

/** What is no message, and what was read before that was clear. */
const MALFORMED: readonly (readonly [string, string])[] = [
  ["08", "malformed"],
  ["0880", "malformed"],
  ["0801" + "12", "1:1: malformed"],
  ["0a05616263", "malformed"],
  ["0affffffff0f", "malformed"],
  ["0affffffffffffffffff01", "malformed"],
  ["09ffffff", "malformed"],
  ["0dffff", "malformed"],
  ["0b0801" + "0c", "malformed"],
  ["0f", "malformed"],
  ["0001", "malformed"],
  ["08ffffffffffffffffff02", "malformed"],
  ["08ffffffffffffffffffff01", "malformed"],
  ["808080801001", "malformed"],
];

describe("A reader of protobuf", () => {
  for (const [message, expected] of [...MESSAGES, ...MALFORMED]) {
    it(`reads ${message || "nothing"}`, () => expect(fields(hex(message))).toBe(expected));
  }

  it("reads values by their type", () => {
    expect(guest.text("typed", hex("09000000000000f83f"))).toBe("true 1.5 0.0 2304717109306851328");
    expect(guest.text("typed", hex("0d0000c03f"))?.split(" ")[2]).toBe("1.5");
    expect(guest.text("typed", hex("0803"))?.split(" ")).toEqual(expect.arrayContaining(["true", "-2"]));
    expect(guest.text("typed", hex("0800"))?.split(" ")[0]).toBe("false");
  });

  it("never traps, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(fields(bytes)).toMatch(/^(\d+:\d+:[0-9a-f]* )*(malformed)?$/);
        expect(guest.text("typed", bytes)).not.toBeNull();
      }),
      { numRuns: 2000 },
    );
  });

  it("finds every cut message malformed, or shorter", () => {
    const message = Buffer.concat([
      field(1, Buffer.from("abc")),
      hex("1096010d01000000"),
      field(300, Buffer.alloc(200)),
    ]);
    const whole = fields(message) ?? "";
    for (let length = 0; length < message.length; length++) {
      expect(whole.startsWith((fields(message.subarray(0, length)) ?? "").replace("malformed", ""))).toBe(
        true,
      );
    }
  });
});

describe("A writer of protobuf", () => {
  it("writes null as empty", () => {
    expect(guest.text("absent")).toBe("2");
  });

  it("writes what the reader reads", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.bigInt({ min: 0n, max: (1n << 62n) - 1n }),
        (bytes, number) => {
          const text = Buffer.from(bytes).toString("hex");
          const message = guest.bytes("written", bytes, new Text(String(number)));
          const zigzag = number === 0n ? 0n : number * 2n - 1n;
          const read = fields(message!)?.trimEnd().split(" ") ?? [];
          expect(read.slice(0, 7)).toEqual([
            `1:${number}:`,
            `2:0:${text}`,
            "3:0:c3a4",
            "4:1:",
            "5:0:",
            "6:4609434218613702656:",
            `7:${zigzag}:`,
          ]);
          const inner = hex(read[7]?.split(":")[2] ?? "");
          expect(fields(inner)).toBe(`1:0:${text} 2:${number}: `);
          expect(read[8]).toBe("536870911:1:");
        },
      ),
      { numRuns: 300 },
    );
  });
});
