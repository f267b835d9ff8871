import { Bytes } from "../bytes";

const C1: u32 = 0xcc9e2d51;
const C2: u32 = 0x1b873593;

/**
 * MurmurHash3 x86 32-bit of `data`, evenly spread over all u32: for buckets and table slots, not for secrets.
 * The same bytes and `seed` give the same number in every implementation (the one by Austin Appleby).
 *
 * @example
 * ```ts
 * // True for the same `percent` of users every time.
 * function isChosen(user: Bytes, percent: u32): bool {
 *   return murmur3(user) % 100 < percent;
 * }
 * ```
 */
export function murmur3(data: Bytes, seed: u32 = 0): u32 {
  const length = data.length;
  const start = data.ptr;
  const blocks = length & ~3;
  let hash = seed;
  for (let i = 0; i < blocks; i += 4) {
    hash = rotl<u32>(hash ^ scramble(load<u32>(start + i)), 13) * 5 + 0xe6546b64;
  }
  let tail: u32 = 0;
  for (let i = length - 1; i >= blocks; i--) tail = (tail << 8) | load<u8>(start + i);
  hash ^= scramble(tail) ^ (<u32>length);
  hash = (hash ^ (hash >> 16)) * 0x85ebca6b;
  hash = (hash ^ (hash >> 13)) * 0xc2b2ae35;
  return hash ^ (hash >> 16);
}

function scramble(block: u32): u32 {
  return rotl<u32>(block * C1, 15) * C2;
}
