// Puts the fields of the limits that apply on responses.

import { Bytes, Headers, Reply } from "proxy-wasm-as-sdk";
import { Charge } from "./charge";
import { RateLimitConfig } from "./config";
import { decimal, limitField, policyField, tightest } from "./fields";
import { seconds } from "./policy";

const RATELIMIT = Bytes.of("ratelimit");
const RATELIMIT_POLICY = Bytes.of("ratelimit-policy");
const X_LIMIT = Bytes.of("x-ratelimit-limit");
const X_REMAINING = Bytes.of("x-ratelimit-remaining");
const X_RESET = Bytes.of("x-ratelimit-reset");

/** Tells a client whose request passed where it stands under `charges`. */
export function tell(headers: Headers, config: RateLimitConfig, charges: Array<Charge>): void {
  if (config.sendsIetf) {
    // Beside those of the upstream: both fields are lists.
    headers.add(RATELIMIT_POLICY, policyField(charges));
    headers.add(RATELIMIT, limitField(charges));
  }
  const charge = config.sendsX ? tightest(charges) : null;
  if (!charge) return;
  const theirs = headers.get(X_REMAINING);
  const remaining = charge.verdict.remaining;
  // An upstream that leaves less is the one the client has to know about.
  if (theirs && theirs.parseUint() >= 0 && theirs.parseUint() < remaining) return;
  headers.set(X_LIMIT, decimal(charge.limit.rate.burst));
  headers.set(X_REMAINING, decimal(remaining));
  headers.set(X_RESET, decimal(seconds(charge.verdict.resetAfter)));
}

/** Tells a client whose request is refused with `reply`, which may be for no limit that could be read. */
export function tellRefused(reply: Reply, config: RateLimitConfig, charges: Array<Charge>): void {
  if (charges.length == 0) return;
  if (config.sendsIetf)
    reply.header(RATELIMIT_POLICY, policyField(charges)).header(RATELIMIT, limitField(charges));
  const charge = config.sendsX ? tightest(charges) : null;
  if (!charge) return;
  reply
    .header(X_LIMIT, decimal(charge.limit.rate.burst))
    .header(X_REMAINING, decimal(charge.verdict.remaining))
    .header(X_RESET, decimal(seconds(charge.verdict.resetAfter)));
}
