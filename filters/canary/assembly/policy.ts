import { Bytes } from "proxy-wasm-as-sdk";
import { BUCKETS, bucketOf, bucketOfKey } from "./bucket";
import { CanaryConfig, NoKey } from "./config";
import { findCookie } from "./cookies";
import { KeyPart, KeySource } from "./key";
import { Variant } from "./variant";

const COOKIE = Bytes.of("cookie");

/** Why a request got its variant. */
export enum Reason {
  /** The override header. */
  Override = 0,
  /** `percent` is 0 or 100. */
  Percent = 1,
  /** The sticky cookie. */
  Cookie = 2,
  /** The bucket of its key. */
  Bucket = 3,
  /** It has no key; drawn. */
  Random = 4,
  /** It has no key. */
  NoKey = 5,
}

const REASONS: StaticArray<Bytes> = [
  Bytes.of("override"),
  Bytes.of("percent"),
  Bytes.of("cookie"),
  Bytes.of("bucket"),
  Bytes.of("random"),
  Bytes.of("no_key"),
];

/** The name of `reason` in counters and in filter state. */
export function reasonName(reason: Reason): Bytes {
  const index: i32 = reason;
  return <u32>index < <u32>REASONS.length ? REASONS[index] : Bytes.EMPTY;
}

/** What is asked about a request, and only when the decision needs it. */
export abstract class RequestFacts {
  /** All values of header `name`, in order. */
  abstract headers(name: Bytes): Array<Bytes>;
  /** The property `name`; null when it has no value. */
  abstract property(name: Bytes): Bytes | null;
  /** Seconds since 1970; 0 when the time is not known. */
  abstract seconds(): i64;
  /** 32 random bits; -1 when there are none. */
  abstract random(): i64;
}

/** The variant of a request, why it got it, and what was ignored on the way. */
@final
export class Decision {
  variant: Variant = Variant.None;
  reason: Reason = Reason.NoKey;
  /** An override was sent and not trusted. */
  overrideRefused: bool = false;
  /** A sticky cookie was sent and is not valid. */
  cookieRefused: bool = false;

  /** Whether the visitor is to be kept on the variant: only what was drawn is, or other decisions would outlive themselves. */
  get isDrawn(): bool {
    return this.reason == Reason.Bucket || this.reason == Reason.Random;
  }
}

/** Decides in the order override, 0 or 100 percent, sticky cookie, bucket of the key, no key. */
export function decide(config: CanaryConfig, request: RequestFacts): Decision {
  const decision = new Decision();
  const forcing = config.forcing;
  if (forcing) {
    const values = request.headers(forcing.header);
    const forced = forcing.read(values);
    if (forced != Variant.None) return settle(decision, forced, Reason.Override);
    decision.overrideRefused = values.length > 0;
  }
  const share = config.share;
  if (share <= 0 || share >= BUCKETS) return settle(decision, variantOf(0, share), Reason.Percent);
  const cookie = config.cookie;
  if (cookie) {
    const sent = findCookie(request.headers(COOKIE), cookie.name);
    if (sent) {
      const kept = cookie.read(sent, request.seconds());
      if (kept != Variant.None) return settle(decision, kept, Reason.Cookie);
      decision.cookieRefused = true;
    }
  }
  const key = firstKey(config.key, request);
  if (key) return settle(decision, variantOf(bucketOfKey(config.salt, key), share), Reason.Bucket);
  if (config.noKey == NoKey.Random) {
    const bits = request.random();
    if (bits >= 0) return settle(decision, variantOf(bucketOf(<u32>bits), share), Reason.Random);
  }
  return settle(decision, Variant.Stable, Reason.NoKey);
}

function settle(decision: Decision, variant: Variant, reason: Reason): Decision {
  decision.variant = variant;
  decision.reason = reason;
  return decision;
}

function variantOf(bucket: i32, share: i32): Variant {
  return bucket < share ? Variant.Canary : Variant.Stable;
}

/** The first key that the request has and that is not empty; null when it has none. */
function firstKey(parts: Array<KeyPart>, request: RequestFacts): Bytes | null {
  for (let i = 0; i < parts.length; i++) {
    const key = readKey(parts[i], request);
    if (key && key.length > 0) return key;
  }
  return null;
}

function readKey(part: KeyPart, request: RequestFacts): Bytes | null {
  if (part.source == KeySource.Property) return request.property(part.name);
  if (part.source == KeySource.Cookie) return findCookie(request.headers(COOKIE), part.name);
  // A repeated header names nobody: which of its values counts differs from server to server.
  const values = request.headers(part.name);
  return values.length == 1 ? values[0] : null;
}
