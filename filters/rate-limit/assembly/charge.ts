import { Bytes } from "proxy-wasm-as-sdk";
import { Place, bucketsFor } from "./bucket";
import { LimitConfig } from "./config";
import { Verdict, decide } from "./policy";
import { Held, Store } from "./store";

/** How often a request reads and decides anew because another worker was faster. */
export const MAX_ATTEMPTS: i32 = 16;
/** What a request costs. */
const COST: i64 = 1;
const NOTHING = new Held(Bytes.EMPTY, 0);

/** One limit applied to one request. */
@final
export class Charge {
  /** The last decision. */
  verdict: Verdict;
  /** Whether the request counts as charged. */
  isCharged: bool = false;
  private readonly bucket: i32;
  private place: Place;
  private held: Held;

  constructor(
    readonly limit: LimitConfig,
    private readonly store: Store,
    /** Keyed hash of the request's key. */
    private readonly hash: u64,
    now: i64,
  ) {
    this.bucket = <i32>(hash % <u64>bucketsFor(limit.maxKeys));
    const held = store.read(this.bucket);
    const place = new Place(held.bytes, hash, now);
    this.held = held;
    this.place = place;
    this.verdict = decide(limit.rate, place.arrival, place.arrivalPart, now, COST);
  }

  /** Whether this limit stops the request. */
  get stops(): bool {
    return !this.verdict.isAllowed && !this.limit.isShadow;
  }

  /** Whether the key found no place of its own. */
  get isOverflow(): bool {
    return this.place.isOverflow;
  }

  /** Reads the bucket again and decides anew. */
  retry(now: i64): void {
    const held = this.store.read(this.bucket);
    const place = new Place(held.bytes, this.hash, now);
    this.held = held;
    this.place = place;
    this.verdict = decide(this.limit.rate, place.arrival, place.arrivalPart, now, COST);
  }

  /** Stores what the verdict says; false when another worker has changed the bucket. */
  commit(): bool {
    const verdict = this.verdict;
    const bytes = this.place.write(this.held.bytes, this.hash, verdict.arrival, verdict.arrivalPart);
    this.isCharged = this.store.write(this.bucket, bytes, this.held.version);
    return this.isCharged;
  }

  /** Takes the charge back, as far as no other worker is in the way all the time: then it stays, to be strict. */
  undo(now: i64): void {
    this.isCharged = false;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const held = this.store.read(this.bucket);
      const place = new Place(held.bytes, this.hash, now);
      const rate = this.limit.rate;
      const borrow = i64(place.arrivalPart < rate.stepPart);
      const arrival = place.arrival - rate.step * COST - borrow;
      const part = place.arrivalPart - rate.stepPart + borrow * rate.requests;
      const bytes = place.write(held.bytes, this.hash, arrival, part);
      if (this.store.write(this.bucket, bytes, held.version)) break;
    }
    this.retry(now);
  }

  /** Lets go of the bytes, for the verdict is kept until the response. */
  release(): void {
    this.held = NOTHING;
  }
}
