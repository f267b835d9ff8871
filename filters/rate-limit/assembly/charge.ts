import { Bytes } from "proxy-wasm-as-sdk";
import { Place, bucketsFor } from "./bucket";
import { LimitConfig } from "./config";
import { Verdict, decide } from "./policy";
import { Held, MAX_ATTEMPTS, Store } from "./store";

/** What a request costs. */
const COST: i64 = 1;
const NOTHING = new Held(Bytes.EMPTY, 0);

/** One limit applied to one request. */
@final
export class Charge {
  /** The last decision, or after `look` where the key stands without this request. */
  verdict: Verdict;
  /** Whether the request is charged. */
  isCharged: bool = false;
  private readonly bucket: i32;
  private place: Place;
  private held: Held;

  /** Reads the bucket and decides. `hash`: of the request's key; `now` in nanoseconds. */
  constructor(
    readonly limit: LimitConfig,
    private readonly store: Store,
    private readonly hash: u64,
    private readonly now: i64,
  ) {
    const bucket = <i32>(hash % <u64>bucketsFor(limit.maxKeys));
    const held = store.read(bucket);
    const place = new Place(held.bytes, hash, now);
    this.bucket = bucket;
    this.held = held;
    this.place = place;
    this.verdict = decide(limit.rate, place.arrival, place.arrivalPart, now, COST);
  }

  /** Whether this limit stops the request. */
  get stops(): bool {
    return !this.verdict.isAllowed && !this.limit.isShadow;
  }

  /** Whether the request is still to be charged. */
  get isDue(): bool {
    return this.verdict.isAllowed && !this.isCharged;
  }

  /** Whether the key shares the overflow of its bucket. */
  get isOverflow(): bool {
    return this.place.isOverflow;
  }

  /** Reads the bucket again and decides anew. */
  retry(): void {
    const held = this.store.read(this.bucket);
    const place = new Place(held.bytes, this.hash, this.now);
    this.held = held;
    this.place = place;
    this.verdict = decide(this.limit.rate, place.arrival, place.arrivalPart, this.now, COST);
  }

  /** Charges the request; false when another worker has changed the bucket since it was read. */
  commit(): bool {
    this.isCharged = this.save();
    return this.isCharged;
  }

  /** Takes the charge back. If other workers are always faster it stays: that is the stricter side. */
  undo(): void {
    for (let attempt = 0; this.isCharged && attempt < MAX_ATTEMPTS; attempt++) {
      const held = this.store.read(this.bucket);
      const place = new Place(held.bytes, this.hash, this.now);
      // Whoever took the way meanwhile did so because the key is idle: there is nothing left to take back.
      const isSame = this.place.isOverflow ? place.isOverflow : place.isKnown;
      this.isCharged =
        isSame && !this.store.write(this.bucket, this.withoutCharge(place, held), held.version);
    }
    this.isCharged = false;
  }

  /** Stores the arrival time of a request that is not charged, when the one stored is too far away. */
  heal(): void {
    if (this.verdict.isCapped && !this.isCharged) this.save();
  }

  /** Shows where the key stands before this request. */
  look(): void {
    this.verdict = decide(this.limit.rate, this.place.arrival, this.place.arrivalPart, this.now, 0);
  }

  /** Lets go of the bucket: verdicts are kept until the response, bytes are not. */
  release(): void {
    this.held = NOTHING;
  }

  private save(): bool {
    const verdict = this.verdict;
    const bytes = this.write(this.place, this.held, verdict.arrival, verdict.arrivalPart);
    return this.store.write(this.bucket, bytes, this.held.version);
  }

  private withoutCharge(place: Place, held: Held): Bytes {
    const rate = this.limit.rate;
    const borrow = i64(place.arrivalPart < rate.stepPart);
    const part = place.arrivalPart - rate.stepPart + borrow * rate.requests;
    return this.write(place, held, place.arrival - rate.step - borrow, part);
  }

  private write(place: Place, held: Held, arrival: i64, part: i64): Bytes {
    return place.write(held.bytes, this.hash, arrival, part, this.now + this.limit.rate.window + 1);
  }
}
