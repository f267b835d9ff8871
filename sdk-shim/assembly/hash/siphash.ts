import { Bytes } from "../bytes";

/**
 * The 16 bytes of a SipHash key as two little-endian numbers. Keep it secret: who knows it can aim collisions.
 *
 * @example
 * ```ts
 * class KeyedPlugin extends Plugin {
 *   key: SipKey = SipKey.of(Bytes.EMPTY);
 *
 *   configure(config: Bytes): bool {
 *     const random = randomBytes(16);
 *     if (!random) return false;
 *     this.key = SipKey.of(Bytes.fromBuffer(random));
 *     return true;
 *   }
 * }
 * ```
 */
@final
export class SipKey {
  constructor(
    /** Bytes 0 to 7. */
    readonly low: u64,
    /** Bytes 8 to 15. */
    readonly high: u64,
  ) {}

  /** The key in the first 16 bytes of `bytes`; bytes that are not there count as 0. */
  static of(bytes: Bytes): SipKey {
    return new SipKey(littleEndian(bytes, 0), littleEndian(bytes, 8));
  }
}

/**
 * SipHash-2-4 of `data` (Aumasson and Bernstein, 2012): 64 bits that nobody can predict or collide without the key.
 * For tables whose keys a client chooses; not a message authentication code for secrets worth more than that.
 *
 * @example
 * ```ts
 * // A slot that a client cannot aim at without knowing `key`.
 * function slotOf(clientKey: Bytes, key: SipKey): u32 {
 *   return <u32>(sipHash(clientKey, key) % 1024);
 * }
 * ```
 */
export function sipHash(data: Bytes, key: SipKey): u64 {
  let v0: u64 = key.low ^ 0x736f6d6570736575;
  let v1: u64 = key.high ^ 0x646f72616e646f6d;
  let v2: u64 = key.low ^ 0x6c7967656e657261;
  let v3: u64 = key.high ^ 0x7465646279746573;
  const length = data.length;
  const blocks = length & ~7;
  // The tail block and four more rounds of finalisation share the loop, since locals cannot be passed by reference.
  for (let at = 0; at <= blocks + 8; at += 8) {
    const isLast = at > blocks;
    const word = isLast ? 0 : at < blocks ? load<u64>(data.ptr + at) : tailBlock(data, blocks);
    if (isLast) v2 ^= 0xff;
    else v3 ^= word;
    for (let round = isLast ? 4 : 2; round > 0; round--) {
      v0 += v1;
      v2 += v3;
      v1 = rotl<u64>(v1, 13) ^ v0;
      v3 = rotl<u64>(v3, 16) ^ v2;
      v0 = rotl<u64>(v0, 32);
      v2 += v1;
      v0 += v3;
      v1 = rotl<u64>(v1, 17) ^ v2;
      v3 = rotl<u64>(v3, 21) ^ v0;
      v2 = rotl<u64>(v2, 32);
    }
    v0 ^= word;
  }
  return v0 ^ v1 ^ v2 ^ v3;
}

/** The bytes after the last whole block, and the length in the highest byte. */
function tailBlock(data: Bytes, from: i32): u64 {
  let word: u64 = (<u64>data.length) << 56;
  for (let i = from; i < data.length; i++) word |= (<u64>data.at(i)) << ((i - from) << 3);
  return word;
}

function littleEndian(bytes: Bytes, from: i32): u64 {
  let value: u64 = 0;
  for (let i = 0; i < 8; i++) value |= (<u64>bytes.at(from + i)) << (i << 3);
  return value;
}
