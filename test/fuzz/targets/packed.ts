import { type ZlibOptions, constants, deflateSync, inflateSync } from "node:zlib";
import { type Target, differs, told } from "./target.ts";

const TEXT = "a zlib stream, a zlib stream of words and words; ".repeat(20);
const NOISE = Buffer.from(Array.from({ length: 300 }, (_, i) => (i * i * 31 + (i >> 3)) & 0xff));

/** `content` packed, behind the limit 64 times `limit`. */
const packed = (content: Buffer | string, limit: number, options: ZlibOptions = {}): Buffer =>
  Buffer.concat([Buffer.of(limit), deflateSync(content, options)]);

/** Node's zlib is the judge: it is the library that Envoy unpacks with. */
function checkZlib(input: Buffer, output: Buffer): string | undefined {
  const limit = (input[0] ?? 0) << 6;
  let unpacked: Buffer | null;
  try {
    unpacked = inflateSync(input.subarray(1), { maxOutputLength: Math.max(limit, 1) });
  } catch {
    unpacked = null;
  }
  // Node has no limit of 0.
  if (unpacked && unpacked.length > limit) unpacked = null;
  return differs(Buffer.concat([Buffer.from(unpacked ? "+" : "-"), told(unpacked)]), output);
}

export const packedTargets: readonly Target[] = [
  {
    name: "zlib",
    seeds: [
      packed("", 0),
      packed("a", 1),
      packed(TEXT, 255),
      packed(TEXT, 1),
      packed(TEXT, 255, { level: 1 }),
      packed(TEXT, 255, { strategy: constants.Z_FIXED }),
      packed(TEXT, 255, { strategy: constants.Z_HUFFMAN_ONLY }),
      packed(NOISE, 5),
      packed(NOISE, 5, { level: 0 }),
      packed(Buffer.alloc(10_000), 255),
      packed(Buffer.concat([NOISE, Buffer.alloc(4000), NOISE]), 200, { windowBits: 9 }),
    ],
    words: ["\x78\x9c", "\x78\x01", "\0\0\xff\xff", "\x05", "\x03\0"].map((word) =>
      Buffer.from(word, "latin1"),
    ),
    check: checkZlib,
  },
];
