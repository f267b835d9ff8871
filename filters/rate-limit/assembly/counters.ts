import { Counter } from "proxy-wasm-as-sdk";

/** What the filter counts, over all limits and workers. */
@final
export class Counters {
  /** Requests that passed and to which at least one limit applied. */
  readonly allowed: Counter = new Counter("sidecraft_rate_limit_allowed");
  /** Requests answered with 429. */
  readonly limited: Counter = new Counter("sidecraft_rate_limit_limited");
  /** Times a limit in shadow mode would have stopped a request. */
  readonly shadowLimited: Counter = new Counter("sidecraft_rate_limit_shadow_limited");
  /** Times a key shared the overflow of a crowded bucket. */
  readonly overflow: Counter = new Counter("sidecraft_rate_limit_overflow");
  /** Times another worker was faster, and the decision was made anew. */
  readonly contention: Counter = new Counter("sidecraft_rate_limit_contention");
  /** Requests that passed without having been charged to every limit, after the most attempts. */
  readonly uncounted: Counter = new Counter("sidecraft_rate_limit_uncounted");
}
