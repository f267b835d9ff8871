import { constants, deflateSync } from "node:zlib";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Unit } from "../../harness/src/testing/unit.ts";
import { load } from "./compile.ts";

const STRATEGIES = [
  constants.Z_DEFAULT_STRATEGY,
  constants.Z_FILTERED,
  constants.Z_HUFFMAN_ONLY,
  constants.Z_RLE,
  constants.Z_FIXED,
];

let guest: Unit;
beforeAll(async () => {
  guest = await load("inflate");
});

/** Bytes with repetitions near and far, of long and short symbols. */
const content = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
      fc.tuple(fc.string({ maxLength: 20 }), fc.nat(300)).map(([text, n]) => Buffer.from(text.repeat(n))),
      fc.nat(70_000).map((size) => Buffer.alloc(size, 0x61)),
    ),
    { maxLength: 8 },
  )
  .map((parts) => Buffer.concat(parts));

const options = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  strategy: fc.constantFrom(...STRATEGIES),
  windowBits: fc.integer({ min: 9, max: 15 }),
  memLevel: fc.integer({ min: 1, max: 9 }),
});

/** A stream of `count` blocks of fixed codes that hold nothing: four of them, ten bits each, are five bytes. */
function emptyBlocks(count: number): Buffer {
  const four = Buffer.from([0x02, 0x08, 0x20, 0x80, 0x00]);
  const blocks = Buffer.alloc((count / 4) * four.length, four);
  const last = Buffer.from([0x03, 0x00]);
  return Buffer.concat([Buffer.from([0x78, 0x9c]), blocks, last, Buffer.from([0, 0, 0, 1])]);
}

describe("A zlib stream", () => {
  it("is unpacked as it was packed, whatever the way", () => {
    fc.assert(
      fc.property(content, options, (bytes, how) => {
        expect(guest.bytes("unpack", deflateSync(bytes, how), bytes.length)?.equals(bytes)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it("is refused when it holds one byte more than allowed", () => {
    fc.assert(
      fc.property(content, options, (bytes, how) => {
        if (bytes.length === 0) return;
        expect(guest.bytes("unpack", deflateSync(bytes, how), bytes.length - 1)).toBeNull();
      }),
      { numRuns: 100 },
    );
  });

  it("is refused when any bit of it is another, or its end is missing", () => {
    const text = Buffer.from("a zlib stream, a zlib stream, and more of it");
    const packed = deflateSync(text);
    let accepted = 0;
    for (let bit = 0; bit < packed.length * 8; bit++) {
      const other = Buffer.from(packed);
      other[bit >> 3] = (other[bit >> 3] as number) ^ (1 << (bit & 7));
      const unpacked = guest.bytes("unpack", other, 1000);
      if (unpacked === null) continue;
      accepted++;
      expect(unpacked.equals(text)).toBe(true);
    }
    // Between the last block and the checksum there can be bits without a meaning.
    expect(accepted).toBeLessThan(8);
    for (let length = 0; length < packed.length; length++)
      expect(guest.bytes("unpack", packed.subarray(0, length), 1000)).toBeNull();
  });

  it("takes memory as its limit says, however much it would hold", async () => {
    const fresh = await load("inflate");
    const bomb = deflateSync(Buffer.alloc(64 << 20), { level: 9 });
    const before = fresh.number("memorySize");
    expect(fresh.bytes("unpack", bomb, 1 << 20)).toBeNull();
    expect(fresh.number("memorySize") - before).toBeLessThan(8 << 20);
  });

  it("costs what its bytes are worth when its blocks are empty", async () => {
    const fresh = await load("inflate");
    const before = fresh.number("memorySize");
    expect(fresh.bytes("unpack", emptyBlocks(1 << 20), 1000)?.length).toBe(0);
    expect(fresh.number("memorySize") - before).toBeLessThan(8 << 20);
  });

  it("has a limit that is none", () => {
    expect(guest.bytes("unpack", deflateSync(""), 0)?.length).toBe(0);
    expect(guest.bytes("unpack", deflateSync("a"), 0)).toBeNull();
    expect(guest.bytes("unpack", deflateSync(""), -1)).toBeNull();
  });
});
