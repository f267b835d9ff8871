/** Bytes of one block, what the compression function takes at a time. */
export const BLOCK_BYTES: i32 = 64;
/** Bytes of a digest and of the state between blocks. */
export const DIGEST_BYTES: i32 = 32;

// prettier-ignore
// @ts-ignore: decorator
@lazy
const K = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);
const W = memory.data(256, 16);

function upper(a: u32, b: u32, c: u32): u32 {
  return (rotr<u32>(a, 2) ^ rotr<u32>(a, 13) ^ rotr<u32>(a, 22)) + ((a & b) | (c & (a | b)));
}

function round(e: u32, f: u32, g: u32, h: u32, word: usize): u32 {
  const sigma = rotr<u32>(e, 6) ^ rotr<u32>(e, 11) ^ rotr<u32>(e, 25);
  return h + sigma + (g ^ (e & (f ^ g))) + load<u32>(K + word) + load<u32>(W + word);
}

/** Writes the initial state (FIPS 180-4 5.3.3) to `state`. */
export function initialState(state: usize): void {
  store<u32>(state, 0x6a09e667);
  store<u32>(state, 0xbb67ae85, 4);
  store<u32>(state, 0x3c6ef372, 8);
  store<u32>(state, 0xa54ff53a, 12);
  store<u32>(state, 0x510e527f, 16);
  store<u32>(state, 0x9b05688c, 20);
  store<u32>(state, 0x1f83d9ab, 24);
  store<u32>(state, 0x5be0cd19, 28);
}

/** Writes the digest that `state` stands for, big-endian, to `target`; both may be the same address. */
export function writeDigest(state: usize, target: usize): void {
  for (let i: usize = 0; i < 32; i += 4) store<u32>(target + i, bswap<u32>(load<u32>(state + i)));
}

/** Works the 64 bytes at `block` into `state` (FIPS 180-4 6.2.2). */
export function compress(state: usize, block: usize): void {
  for (let i: usize = 0; i < 64; i += 4) store<u32>(W + i, bswap<u32>(load<u32>(block + i)));
  for (let w = W; w < W + 192; w += 4) {
    const early = load<u32>(w, 4);
    const late = load<u32>(w, 56);
    const low = rotr<u32>(early, 7) ^ rotr<u32>(early, 18) ^ (early >> 3);
    const high = rotr<u32>(late, 17) ^ rotr<u32>(late, 19) ^ (late >> 10);
    store<u32>(w, load<u32>(w) + low + load<u32>(w, 36) + high, 64);
  }
  let a = load<u32>(state);
  let b = load<u32>(state, 4);
  let c = load<u32>(state, 8);
  let d = load<u32>(state, 12);
  let e = load<u32>(state, 16);
  let f = load<u32>(state, 20);
  let g = load<u32>(state, 24);
  let h = load<u32>(state, 28);
  // Eight rounds a turn: the variables change places and no value has to be moved.
  for (let i: usize = 0; i < 256; i += 32) {
    h = round(e, f, g, h, i);
    d += h;
    h += upper(a, b, c);
    g = round(d, e, f, g, i + 4);
    c += g;
    g += upper(h, a, b);
    f = round(c, d, e, f, i + 8);
    b += f;
    f += upper(g, h, a);
    e = round(b, c, d, e, i + 12);
    a += e;
    e += upper(f, g, h);
    d = round(a, b, c, d, i + 16);
    h += d;
    d += upper(e, f, g);
    c = round(h, a, b, c, i + 20);
    g += c;
    c += upper(d, e, f);
    b = round(g, h, a, b, i + 24);
    f += b;
    b += upper(c, d, e);
    a = round(f, g, h, a, i + 28);
    e += a;
    a += upper(b, c, d);
  }
  store<u32>(state, load<u32>(state) + a);
  store<u32>(state, load<u32>(state, 4) + b, 4);
  store<u32>(state, load<u32>(state, 8) + c, 8);
  store<u32>(state, load<u32>(state, 12) + d, 12);
  store<u32>(state, load<u32>(state, 16) + e, 16);
  store<u32>(state, load<u32>(state, 20) + f, 20);
  store<u32>(state, load<u32>(state, 24) + g, 24);
  store<u32>(state, load<u32>(state, 28) + h, 28);
}

/** Works the whole blocks of the `length` bytes at `from` into `state`; returns how many bytes are left over. */
export function compressBlocks(state: usize, from: usize, length: i32): i32 {
  let left = length;
  for (; left >= BLOCK_BYTES; left -= BLOCK_BYTES) {
    compress(state, from);
    from += BLOCK_BYTES;
  }
  return left;
}

/**
 * Pads and works in the end of a message: its last `left` bytes, 0 to 63, which lie at `block`, a place of 64
 * bytes that this overwrites. `total` is the length of the whole message in bytes.
 */
export function compressEnd(state: usize, block: usize, left: i32, total: u64): void {
  store<u8>(block + left, 0x80);
  const used = left + 1;
  memory.fill(block + used, 0, <usize>(BLOCK_BYTES - used));
  if (used > 56) {
    compress(state, block);
    memory.fill(block, 0, 56);
  }
  store<u64>(block, bswap<u64>(total << 3), 56);
  compress(state, block);
}
