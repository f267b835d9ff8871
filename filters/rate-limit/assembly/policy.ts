// The decision: a token bucket as the generic cell rate algorithm (GCRA) keeps it, in integers.

/** The longest time in nanoseconds that an empty bucket may take to fill up: ten years of 365.25 days. */
const MAX_WINDOW: i64 = 315_576_000_000_000_000;
/** The most `requests` and the largest `burst`: what keeps every product below within 63 bits. */
export const MAX_COUNT: i64 = 1_000_000_000;
/** The longest period in nanoseconds: 366 days. */
export const MAX_PERIOD: i64 = 31_622_400_000_000_000;

const SECOND: i64 = 1_000_000_000;

/** Nanoseconds in whole seconds, rounded up; 0 for a negative time. */
export function seconds(nanoseconds: i64): i64 {
  return nanoseconds <= 0 ? 0 : (nanoseconds - 1) / SECOND + 1;
}

/**
 * How many requests may pass in what time.
 *
 * One request stands for `period / requests` nanoseconds. That is rarely a whole number, so every time below has two
 * parts: whole nanoseconds, and how many `requests`-ths of one more. Nothing is rounded, so no rate drifts.
 */
@final
export class Rate {
  /** Time one request stands for. */
  readonly step: i64;
  readonly stepPart: i64;
  /** Time `burst` requests stand for: how long an empty bucket takes to fill up. */
  readonly window: i64;
  readonly windowPart: i64;

  /** For values that `Rate.fits` accepts: `requests` per `period` nanoseconds, `burst` of them at once. */
  constructor(
    readonly requests: i64,
    readonly period: i64,
    readonly burst: i64,
  ) {
    const divisor = max(requests, 1);
    const parts = burst * (period % divisor);
    this.step = period / divisor;
    this.stepPart = period % divisor;
    this.window = burst * this.step + parts / divisor;
    this.windowPart = parts % divisor;
  }

  /** Whether all three lie in their ranges and an empty bucket fills up within `MAX_WINDOW`. */
  static fits(requests: i64, period: i64, burst: i64): bool {
    if (requests < 1 || requests > MAX_COUNT || burst < 1 || burst > MAX_COUNT) return false;
    if (period < 1 || period > MAX_PERIOD) return false;
    return burst <= MAX_WINDOW / (period / requests + 1);
  }

  /** How many requests the time stands for, rounded down; 0 for a negative time. At most `burst`. */
  countIn(time: i64, part: i64): i64 {
    // With the part: at a thousand requests a nanosecond's worth is not next to nothing.
    const estimate = <i64>((<f64>time * <f64>this.requests + <f64>part) / <f64>max(this.period, 1));
    let count = min(max(estimate, 0), this.burst);
    while (count > 0 && !this.covers(time, part, count)) count--;
    while (count < this.burst && this.covers(time, part, count + 1)) count++;
    return count;
  }

  private covers(time: i64, part: i64, count: i64): bool {
    const parts = count * this.stepPart;
    return !isAfter(count * this.step + parts / this.requests, parts % this.requests, time, part);
  }
}

/** What one limit says about one request. Times are in nanoseconds. */
@final
export class Verdict {
  constructor(
    /** Whether the request passes. */
    readonly isAllowed: bool,
    /** Whether the stored arrival time was too far away: then `arrival` is to be stored in any case. */
    readonly isCapped: bool,
    /** Theoretical arrival time: when the bucket will be full again. To be stored if the request passes. */
    readonly arrival: i64,
    readonly arrivalPart: i64,
    /** How many more requests would pass now. */
    readonly remaining: i64,
    /** Time until the bucket is full. */
    readonly resetAfter: i64,
    /** Time until this request would pass; -1 when it passes, or never will since it costs more than the burst. */
    readonly retryAfter: i64,
  ) {}
}

/**
 * Decides about a request that costs `cost` (0 only looks) at `now`, when the stored arrival time is `arrival`.
 *
 * In any interval of length t at most `burst + floor(t * requests / period)` are allowed. An arrival time farther
 * away than a bucket takes to fill up says that the clock was set back. It counts as an empty bucket and has to be
 * stored as such, or else the bucket would stay empty until then.
 */
export function decide(rate: Rate, arrival: i64, arrivalPart: i64, now: i64, cost: i64): Verdict {
  const end = now + rate.window;
  const endPart = rate.windowPart;
  let from = arrival;
  let fromPart = min(arrivalPart, rate.requests - 1);
  const isCapped = isAfter(from, fromPart, end, endPart);
  if (isCapped) {
    from = end;
    fromPart = endPart;
  } else if (from < now) {
    from = now;
    fromPart = 0;
  }
  if (cost < 0 || cost > rate.burst) return verdictAt(rate, false, isCapped, from, fromPart, now, -1);
  const parts = fromPart + cost * rate.stepPart;
  const next = from + cost * rate.step + parts / rate.requests;
  const nextPart = parts % rate.requests;
  if (!isAfter(next, nextPart, end, endPart)) return verdictAt(rate, true, isCapped, next, nextPart, now, -1);
  const wait = next - end + i64(nextPart > endPart);
  return verdictAt(rate, false, isCapped, from, fromPart, now, wait);
}

function verdictAt(
  rate: Rate,
  isAllowed: bool,
  isCapped: bool,
  arrival: i64,
  arrivalPart: i64,
  now: i64,
  retryAfter: i64,
): Verdict {
  const borrow = i64(arrivalPart > rate.windowPart);
  const free = now + rate.window - arrival - borrow;
  const freePart = rate.windowPart - arrivalPart + borrow * rate.requests;
  const remaining = rate.countIn(free, freePart);
  const resetAfter = arrival - now + i64(arrivalPart > 0);
  return new Verdict(isAllowed, isCapped, arrival, arrivalPart, remaining, resetAfter, retryAfter);
}

/** Whether the first time is later than the second. */
function isAfter(time: i64, part: i64, other: i64, otherPart: i64): bool {
  return time > other || (time == other && part > otherPart);
}
