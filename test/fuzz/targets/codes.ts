import { createHash, createHmac } from "node:crypto";
import { type Target, differs, split, told } from "./target.ts";

/** Decoding takes exactly what encoding writes. */
function checkCode(code: "base64" | "base64url" | "hex") {
  return (input: Buffer, output: Buffer): string | undefined => {
    const text = input.toString("latin1");
    const decoded = Buffer.from(text, code);
    // Hexadecimal digits may be of either case.
    const isWhole = decoded.toString(code) === (code === "hex" ? text.toLowerCase() : text);
    const wanted = [told(isWhole ? decoded : null), Buffer.from(`\n${input.toString(code)}`)];
    return differs(Buffer.concat(wanted), output);
  };
}

/** MurmurHash3 x86 32-bit (Austin Appleby, public domain). */
function murmur3(data: Buffer, seed: number): number {
  const scramble = (block: number): number => {
    const mixed = Math.imul(block, 0xcc9e2d51);
    return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
  };
  let hash = seed;
  const tail = data.length & ~3;
  for (let at = 0; at < tail; at += 4) {
    hash ^= scramble(data.readInt32LE(at));
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  let last = 0;
  for (let at = data.length - 1; at >= tail; at--) last = (last << 8) | (data[at] ?? 0);
  hash ^= scramble(last) ^ data.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);
const rotated = (value: bigint, by: bigint): bigint => u64((value << by) | (value >> (64n - by)));

/** SipHash-2-4 (Aumasson and Bernstein, 2012) under the first 16 bytes of `key`. */
function sipHash(data: Buffer, key: Buffer): bigint {
  const padded = Buffer.concat([key, Buffer.alloc(16)]);
  const [low, high] = [padded.readBigUInt64LE(0), padded.readBigUInt64LE(8)];
  let [a, b] = [low ^ 0x736f6d6570736575n, high ^ 0x646f72616e646f6dn];
  let [c, d] = [low ^ 0x6c7967656e657261n, high ^ 0x7465646279746573n];
  const rounds = (count: number): void => {
    for (let left = count; left > 0; left--) {
      a = u64(a + b);
      c = u64(c + d);
      b = rotated(b, 13n) ^ a;
      d = rotated(d, 16n) ^ c;
      a = rotated(a, 32n);
      c = u64(c + b);
      a = u64(a + d);
      b = rotated(b, 17n) ^ c;
      d = rotated(d, 21n) ^ a;
      c = rotated(c, 32n);
    }
  };
  const blocks = Buffer.alloc((data.length & ~7) + 8);
  data.copy(blocks);
  blocks[blocks.length - 1] = data.length & 255;
  for (let at = 0; at < blocks.length; at += 8) {
    const block = blocks.readBigUInt64LE(at);
    d ^= block;
    rounds(2);
    a ^= block;
  }
  c ^= 0xffn;
  rounds(4);
  return a ^ b ^ c ^ d;
}

function checkHashes(input: Buffer, output: Buffer): string | undefined {
  const { first, rest } = split(input, 1);
  const [key] = first as [Buffer];
  const digest = createHash("sha256").update(rest).digest("hex");
  const code = createHmac("sha256", key).update(rest).digest("hex");
  const sip = BigInt.asIntN(64, sipHash(rest, key));
  return differs(`${digest} ${digest} ${code} ${murmur3(rest, key.length)} ${sip}`, output);
}

export const codeTargets: readonly Target[] = [
  {
    name: "base64",
    seeds: ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg", "+/+/", "Zh==", "Z===", "===="],
    words: ["=", "==", "+", "/", "A", "-", "_", "\n"],
    check: checkCode("base64"),
  },
  {
    name: "base64url",
    seeds: ["", "Zg", "Zm8", "Zm9v", "-_-_", "Zh", "Zg==", "eyJhbGciOiJIUzI1NiJ9"],
    words: ["=", "-", "_", "A", "+", "/"],
    check: checkCode("base64url"),
  },
  {
    name: "hex",
    seeds: ["", "00ff", "0123456789abcdefABCDEF", "0"],
    words: ["g", "G", "@", "/", ":"],
    check: checkCode("hex"),
  },
  {
    name: "hashes",
    seeds: [
      "key\0data",
      "\0",
      `${"k".repeat(64)}\0${"d".repeat(64)}`,
      `${"k".repeat(65)}\0${"d".repeat(119)}`,
    ],
    words: ["\0", "x".repeat(64), "y".repeat(55), "z".repeat(8)],
    check: checkHashes,
  },
];
