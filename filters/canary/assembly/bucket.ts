import { Bytes, BytesBuilder, murmur3 } from "proxy-wasm-as-sdk";

/** How many buckets there are: one is 0.01 percent. */
export const BUCKETS: i32 = 10000;

/** The bucket, 0 to 9999, of 32 evenly spread bits; integers only, so that every language gets the same one. */
export function bucketOf(bits: u32): i32 {
  return <i32>((<u64>bits * BUCKETS) >> 32);
}

/**
 * The bucket of `key` in the rollout whose `salt` is its name and a colon. Raising the share of the canary keeps
 * everybody who has it, because the bucket of a key never changes; rollouts with other names draw anew.
 */
export function bucketOfKey(salt: Bytes, key: Bytes): i32 {
  return bucketOf(murmur3(new BytesBuilder(salt.length + key.length).append(salt).append(key).view()));
}
