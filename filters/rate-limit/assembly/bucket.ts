// Where the state of the keys lies: a table of a fixed number of buckets, each a small block of bytes.
//
//   bucket = overflow, way 0, way 1, ...           at most WAYS ways, as many as were needed so far
//   overflow = u64 arrival, u32 part               what the keys that found no way share
//   way = u64 key hash, u64 arrival, u32 part      arrival and part: see Verdict in policy.ts
//
// The host never deletes what is stored with it, so keys cannot be names of their own: a client that sends ever new
// ones would fill its memory. Here they take the ways of keys that are idle, that is whose bucket is full again: to
// forget those changes nothing. When all ways are busy, the key is charged to the overflow, beside others: stricter
// than configured, but nobody gains a fresh bucket by crowding the table.

import { Bytes } from "proxy-wasm-as-sdk";

/** How many keys a bucket holds. */
const WAYS: i32 = 8;

const OVERFLOW_SIZE: i32 = 12;
const WAY_SIZE: i32 = 20;
/** Where in a way the arrival time begins. */
const ARRIVAL: i32 = 8;

/** The size of a bucket with all its ways, in bytes. */
export const BUCKET_SIZE: i32 = OVERFLOW_SIZE + WAYS * WAY_SIZE;

/** How many buckets hold at least `maxKeys` keys. */
export function bucketsFor(maxKeys: i32): i32 {
  return max((maxKeys + WAYS - 1) / WAYS, 1);
}

/** A key's place in the bytes of its bucket. */
@final
export class Place {
  /** Arrival time of the key, and its part. */
  readonly arrival: i64;
  readonly arrivalPart: i64;
  /** Whether the key has a way of its own already. */
  readonly isKnown: bool;
  /** Whether the key shares the overflow because every way is busy. */
  readonly isOverflow: bool;
  /** Offset of the key's way, which is the bucket's size when the way is yet to be added. */
  private readonly way: i32;

  /** Looks for `hash` in `bucket` (empty for one that was never written); `now` in nanoseconds tells who is idle. */
  constructor(bucket: Bytes, hash: u64, now: i64) {
    const overflow = bucket.length < OVERFLOW_SIZE ? 0 : load<i64>(bucket.ptr);
    const overflowPart = bucket.length < OVERFLOW_SIZE ? 0 : partAt(bucket.ptr);
    const own = wayOf(bucket, hash);
    const way = own < 0 ? freeWay(bucket, now) : own;
    this.way = way;
    this.isKnown = own >= 0;
    this.isOverflow = way < 0;
    // A key that gets a way while the overflow is in use may have been charged there: it takes that along.
    this.arrival = own < 0 ? overflow : load<i64>(bucket.ptr + own + ARRIVAL);
    this.arrivalPart = own < 0 ? overflowPart : partAt(bucket.ptr + own + ARRIVAL);
  }

  /**
   * The bucket with the new arrival time of the key: written over `bucket`, or a longer copy of it. No key's arrival
   * time stays later than `latest`, so that none that is gone keeps its way for long after the clock was set back.
   */
  write(bucket: Bytes, hash: u64, arrival: i64, arrivalPart: i64, latest: i64): Bytes {
    const start = this.isOverflow ? 0 : this.way;
    const size = this.isOverflow ? OVERFLOW_SIZE : this.way + WAY_SIZE;
    const target = bucket.length < size ? extended(bucket, size) : bucket;
    let at = target.ptr + start;
    if (!this.isOverflow) {
      store<u64>(at, hash);
      at += ARRIVAL;
    }
    store<i64>(at, arrival);
    store<u32>(at, <u32>arrivalPart, 8);
    cap(target, latest);
    return target;
  }
}

/** The part behind the arrival time at `at`: as an i64 at once, or a choice between it and 0 would be signed. */
function partAt(at: usize): i64 {
  return <i64>load<u32>(at, 8);
}

/** Offset of the way that holds `hash`; -1 when none does. */
function wayOf(bucket: Bytes, hash: u64): i32 {
  for (let at = OVERFLOW_SIZE; at + WAY_SIZE <= bucket.length; at += WAY_SIZE) {
    if (load<u64>(bucket.ptr + at) == hash) return at;
  }
  return -1;
}

/** Offset of a way whose key is idle, or of one that can be added; -1 when there is neither. */
function freeWay(bucket: Bytes, now: i64): i32 {
  let at = OVERFLOW_SIZE;
  for (; at + WAY_SIZE <= bucket.length; at += WAY_SIZE) {
    const arrival = load<i64>(bucket.ptr + at + ARRIVAL);
    const part = load<u32>(bucket.ptr + at + ARRIVAL, 8);
    if (arrival < now || (arrival == now && part == 0)) return at;
  }
  return at + WAY_SIZE <= BUCKET_SIZE ? at : -1;
}

function cap(bucket: Bytes, latest: i64): void {
  if (load<i64>(bucket.ptr) > latest) store<i64>(bucket.ptr, latest);
  for (let at = OVERFLOW_SIZE; at + WAY_SIZE <= bucket.length; at += WAY_SIZE) {
    const arrival = bucket.ptr + at + ARRIVAL;
    if (load<i64>(arrival) > latest) store<i64>(arrival, latest);
  }
}

function extended(bucket: Bytes, size: i32): Bytes {
  const buffer = new ArrayBuffer(size);
  memory.copy(changetype<usize>(buffer), bucket.ptr, bucket.length);
  return Bytes.fromBuffer(buffer);
}
