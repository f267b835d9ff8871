// What a backend in another language writes from filters/canary/README.md: it shares no code with the filter.

import { createHmac } from "node:crypto";

/** MurmurHash3 x86 32-bit with seed 0. */
export function murmur3(data: Uint8Array): number {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const scramble = (k: number): number => {
    const first = Math.imul(k, 0xcc9e2d51);
    return Math.imul((first << 15) | (first >>> 17), 0x1b873593);
  };
  let hash = 0;
  let at = 0;
  for (; at + 4 <= data.length; at += 4) {
    hash ^= scramble(view.getUint32(at, true));
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let i = data.length - 1; i >= at; i--) tail = (tail << 8) | view.getUint8(i);
  if (data.length > at) hash ^= scramble(tail);
  hash ^= data.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The bucket, 0 to 9999, of `key` in `rollout`. */
export function bucketOf(rollout: string, key: string): number {
  return Number((BigInt(murmur3(Buffer.from(`${rollout}:${key}`))) * 10000n) >> 32n);
}

/** The value of a sticky cookie. */
export function stickyCookie(options: {
  rollout: string;
  variant: string;
  /** Seconds since 1970. */
  expiry: number | string;
  secret: string;
}): string {
  const { rollout, variant, secret } = options;
  const expiry = String(options.expiry);
  const hmac = createHmac("sha256", secret);
  for (const field of ["sidecraft-canary-cookie-v1", rollout, variant, expiry]) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(field));
    hmac.update(length).update(field);
  }
  return `v1.${rollout}.${variant}.${expiry}.${hmac.digest("base64url")}`;
}
