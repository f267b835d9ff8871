// Calls the canary filter's pure parts for canary-policy.test.ts.

import { Bytes, ConfigReader } from "proxy-wasm-as-sdk";
import { bucketOf, bucketOfKey } from "../../../filters/canary/assembly/bucket";
import { isShared } from "../../../filters/canary/assembly/cache-control";
import { readConfig } from "../../../filters/canary/assembly/config";
import { findCookie } from "../../../filters/canary/assembly/cookies";
import { Override } from "../../../filters/canary/assembly/override";
import { RequestFacts, decide, reasonName } from "../../../filters/canary/assembly/policy";
import { StickyCookie } from "../../../filters/canary/assembly/sticky-cookie";
import { variantName } from "../../../filters/canary/assembly/variant";

const LF: u8 = 0x0a;

function bytes(buffer: ArrayBuffer): Bytes {
  return Bytes.fromBuffer(buffer);
}

/** The lines of `text`; none for the empty one. */
function lines(text: Bytes): Array<Bytes> {
  const all = new Array<Bytes>();
  for (let from = 0; from < text.length;) {
    const end = text.indexOf(LF, from);
    all.push(text.slice(from, end < 0 ? text.length : end));
    from = end < 0 ? text.length : end + 1;
  }
  return all;
}

function buffer(value: Bytes | null): ArrayBuffer | null {
  if (!value) return null;
  return value.buffer.slice(value.start, value.start + value.length);
}

export function bucketOfBits(bits: u32): i32 {
  return bucketOf(bits);
}

export function bucket(salt: ArrayBuffer, key: ArrayBuffer): i32 {
  return bucketOfKey(bytes(salt), bytes(key));
}

export function cookie(header: ArrayBuffer, name: ArrayBuffer): ArrayBuffer | null {
  return buffer(findCookie(lines(bytes(header)), bytes(name)));
}

export function shared(header: ArrayBuffer): bool {
  return isShared(lines(bytes(header)));
}

export function override_(header: ArrayBuffer, trustsAnyone: bool, secret: ArrayBuffer): i32 {
  return new Override(Bytes.EMPTY, trustsAnyone, bytes(secret)).read(lines(bytes(header)));
}

export function readSticky(rollout: ArrayBuffer, secret: ArrayBuffer, value: ArrayBuffer, now: f64): i32 {
  return new StickyCookie(Bytes.EMPTY, bytes(rollout), bytes(secret), 1, true).read(bytes(value), <i64>now);
}

/** Headers as `name: value` lines; one property for all names. */
class Facts extends RequestFacts {
  constructor(
    private readonly fields: Array<Bytes>,
    private readonly identity: Bytes,
    private readonly now: i64,
    private readonly bits: i64,
  ) {
    super();
  }

  headers(name: Bytes): Array<Bytes> {
    const values = new Array<Bytes>();
    for (let i = 0; i < this.fields.length; i++) {
      const field = this.fields[i];
      if (field.slice(0, name.length).equals(name) && field.at(name.length) == 0x3a) {
        values.push(field.slice(name.length + 1).trim());
      }
    }
    return values;
  }

  property(name: Bytes): Bytes | null {
    return this.identity.length > 0 ? this.identity : null;
  }

  seconds(): i64 {
    return this.now;
  }

  random(): i64 {
    return this.bits;
  }
}

/** `variant reason`, and `!` for what was refused; null for a configuration that is not valid. */
export function decision(
  config: ArrayBuffer,
  headers: ArrayBuffer,
  identity: ArrayBuffer,
  now: f64,
  bits: f64,
): string | null {
  const reader = ConfigReader.parse(bytes(config));
  const read = readConfig(reader);
  if (!reader.ok()) return null;
  const made = decide(read, new Facts(lines(bytes(headers)), bytes(identity), <i64>now, <i64>bits));
  const refused = (made.overrideRefused ? " !override" : "") + (made.cookieRefused ? " !cookie" : "");
  return variantName(made.variant).toString() + " " + reasonName(made.reason).toString() + refused;
}
