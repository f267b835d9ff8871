// The response fields that tell a client where it stands.

import { Bytes, BytesBuilder } from "proxy-wasm-as-sdk";
import { Charge } from "./charge";
import { seconds } from "./policy";

const SEPARATOR = Bytes.of(", ");
const REMAINING = Bytes.of('";r=');
const RESET = Bytes.of(";t=");

/**
 * `ratelimit-policy`: the limits that apply, such as `"per-identity";q=5;w=10` for 5 requests in 10 seconds.
 * A list of RFC 9651 as draft-ietf-httpapi-ratelimit-headers-10 section 3 defines it.
 */
export function policyField(charges: Array<Charge>): Bytes {
  if (charges.length == 1) return charges[0].limit.policy;
  const field = new BytesBuilder(128);
  for (let i = 0; i < charges.length; i++) {
    if (i > 0) field.append(SEPARATOR);
    field.append(charges[i].limit.policy);
  }
  return field.take();
}

/** `ratelimit`: where the client stands, such as `"per-identity";r=4;t=2`. Draft section 4. */
export function limitField(charges: Array<Charge>): Bytes {
  const field = new BytesBuilder(128);
  for (let i = 0; i < charges.length; i++) {
    if (i > 0) field.append(SEPARATOR);
    const charge = charges[i];
    field
      .appendByte(0x22)
      .append(charge.limit.name)
      .append(REMAINING)
      .appendDecimal(charge.verdict.remaining);
    field.append(RESET).appendDecimal(seconds(charge.verdict.resetAfter));
  }
  return field.take();
}

/** The limit that leaves the fewest requests, the first of equals; null when there is none. */
export function tightest(charges: Array<Charge>): Charge | null {
  let found: Charge | null = null;
  for (let i = 0; i < charges.length; i++) {
    const charge = charges[i];
    if (!found || charge.verdict.remaining < found.verdict.remaining) found = charge;
  }
  return found;
}

/** `value` in decimal digits. */
export function decimal(value: i64): Bytes {
  return new BytesBuilder(20).appendDecimal(value).take();
}
