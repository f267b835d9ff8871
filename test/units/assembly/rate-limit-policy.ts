// All numbers go in and out as i64 in buffers.

import { Bytes, BytesBuilder } from "proxy-wasm-as-sdk";
import { Admission } from "../../../filters/rate-limit/assembly/admission";
import { Charge } from "../../../filters/rate-limit/assembly/charge";
import { LimitConfig } from "../../../filters/rate-limit/assembly/config";
import { Rate, Verdict, decide } from "../../../filters/rate-limit/assembly/policy";
import { ABSENT, Held, Store } from "../../../filters/rate-limit/assembly/store";

function at(numbers: ArrayBuffer, index: i32): i64 {
  return load<i64>(changetype<usize>(numbers) + ((<usize>index) << 3));
}

function put(numbers: ArrayBuffer, index: i32, value: i64): void {
  store<i64>(changetype<usize>(numbers) + ((<usize>index) << 3), value);
}

/** requests, period, burst -> whether they are accepted. */
export function fits(rate: ArrayBuffer): i32 {
  return i32(Rate.fits(at(rate, 0), at(rate, 1), at(rate, 2)));
}

/** requests, period, burst, first arrival, then (now, cost)... -> (allowed, remaining, reset, retry, arrival)... */
export function decisions(script: ArrayBuffer): ArrayBuffer {
  const rate = new Rate(at(script, 0), at(script, 1), at(script, 2));
  const count = ((script.byteLength >> 3) - 4) >> 1;
  const out = new ArrayBuffer(count * 40);
  let arrival = at(script, 3);
  let part: i64 = 0;
  for (let i = 0; i < count; i++) {
    const verdict = decide(rate, arrival, part, at(script, 4 + 2 * i), at(script, 5 + 2 * i));
    if (verdict.isAllowed || verdict.isCapped) {
      arrival = verdict.arrival;
      part = verdict.arrivalPart;
    }
    put(out, 5 * i, i64(verdict.isAllowed));
    put(out, 5 * i + 1, verdict.remaining);
    put(out, 5 * i + 2, verdict.resetAfter);
    put(out, 5 * i + 3, verdict.retryAfter);
    put(out, 5 * i + 4, verdict.arrival);
  }
  return out;
}

/** A store in which another worker gets in between a read and a write as often as it is told. */
class RivalStore extends Store {
  buckets: Map<i32, Bytes> = new Map<i32, Bytes>();
  versions: Map<i32, u32> = new Map<i32, u32>();
  rivals: i64 = 0;
  rivalsAllowed: i64 = 0;
  rivalHash: u64 = 0;
  now: i64 = 0;
  limit: LimitConfig | null = null;

  read(index: i32): Held {
    if (!this.buckets.has(index)) return new Held(Bytes.EMPTY, ABSENT);
    return new Held(this.buckets.get(index).copy(), this.versions.get(index));
  }

  write(index: i32, bucket: Bytes, version: u32): bool {
    const limit = this.limit;
    if (limit && this.rivals > 0) {
      this.rivals--;
      const waiting = this.rivals;
      this.rivals = 0;
      const charge = new Charge(limit, this, this.rivalHash, this.now);
      if (charge.verdict.isAllowed && charge.commit()) this.rivalsAllowed++;
      else this.touch(index);
      this.rivals = waiting;
    }
    const current = this.versions.has(index) ? this.versions.get(index) : ABSENT;
    if (current != version) return false;
    this.buckets.set(index, bucket.copy());
    this.touch(index);
    return true;
  }

  /** What a rival with another key in the same bucket does. */
  touch(index: i32): void {
    const next = this.versions.has(index) ? this.versions.get(index) + 1 : 1;
    this.versions.set(index, next);
    if (!this.buckets.has(index)) this.buckets.set(index, Bytes.EMPTY);
  }
}

/**
 * limits, then for each (requests, period, burst, shadow, maxKeys), then (now, hash, limit with rivals, rivals)...
 * -> for each request: allowed, lost writes, uncounted, rivals allowed, then (remaining, overflow) of each limit.
 */
export function admissions(script: ArrayBuffer): ArrayBuffer {
  const limitCount = <i32>at(script, 0);
  const limits: Array<LimitConfig> = [];
  const stores: Array<RivalStore> = [];
  for (let i = 0; i < limitCount; i++) {
    const from = 1 + 5 * i;
    const rate = new Rate(at(script, from), at(script, from + 1), at(script, from + 2));
    const name = new BytesBuilder().append("limit").appendDecimal(i).take();
    limits.push(new LimitConfig(name, [], rate, at(script, from + 3) != 0, false, <i32>at(script, from + 4)));
    stores.push(new RivalStore());
    stores[i].limit = limits[i];
  }
  const first = 1 + 5 * limitCount;
  const count = ((script.byteLength >> 3) - first) >> 2;
  const width = 4 + 2 * limitCount;
  const out = new ArrayBuffer((count * width) << 3);
  for (let row = 0; row < count; row++) {
    const now = at(script, first + 4 * row);
    const hash = <u64>at(script, first + 4 * row + 1);
    const contended = <i32>at(script, first + 4 * row + 2);
    for (let i = 0; i < limitCount; i++) {
      stores[i].rivals = i == contended ? at(script, first + 4 * row + 3) : 0;
      stores[i].rivalHash = hash;
      stores[i].rivalsAllowed = 0;
      stores[i].now = now;
    }
    const charges: Array<Charge> = [];
    for (let i = 0; i < limitCount; i++) charges.push(new Charge(limits[i], stores[i], hash, now));
    const admission = new Admission(charges);
    put(out, row * width, i64(admission.isAllowed));
    put(out, row * width + 1, admission.lostWrites);
    put(out, row * width + 2, i64(admission.isUncounted));
    put(out, row * width + 3, contended < limitCount ? stores[contended].rivalsAllowed : 0);
    for (let i = 0; i < limitCount; i++) {
      put(out, row * width + 4 + 2 * i, charges[i].verdict.remaining);
      put(out, row * width + 5 + 2 * i, i64(charges[i].isOverflow));
    }
  }
  return out;
}
