// Token bucket per tenant, or 429. The configuration is `burst tokens-per-second`.

import {
  Action,
  Bytes,
  BytesMap,
  HttpFilter,
  Plugin,
  currentTimeNanoseconds,
  registerPlugin,
} from "proxy-wasm-as-sdk";

const TENANT = Bytes.of("x-tenant");
const SPACE: u8 = 0x20;

class Bucket {
  constructor(
    private tokens: f64,
    private filledAt: i64,
  ) {}

  /** Takes a token at time `now` (nanoseconds); false when there is none. */
  take(now: i64, burst: f64, perNanosecond: f64): bool {
    const elapsed = max<i64>(now - this.filledAt, 0);
    const tokens = min(burst, this.tokens + <f64>elapsed * perNanosecond);
    const taken = tokens >= 1;
    this.tokens = taken ? tokens - 1 : tokens;
    this.filledAt = now;
    return taken;
  }
}

class Limits {
  private readonly buckets: BytesMap<Bucket> = new BytesMap<Bucket>();
  burst: f64 = 0;
  perNanosecond: f64 = 0;

  take(tenant: Bytes): bool {
    const now = currentTimeNanoseconds();
    let bucket = this.buckets.get(tenant);
    if (!bucket) {
      bucket = new Bucket(this.burst, now);
      this.buckets.set(tenant.copy(), bucket);
    }
    return bucket.take(now, this.burst, this.perNanosecond);
  }
}

class RateLimitFilter extends HttpFilter {
  constructor(private readonly limits: Limits) {
    super();
  }

  onRequestHeaders(_endOfStream: bool): Action {
    const tenant = this.requestHeaders.get(TENANT);
    return tenant && this.limits.take(tenant) ? Action.Continue : this.reply(429).send();
  }
}

class RateLimitPlugin extends Plugin {
  private readonly limits: Limits = new Limits();

  configure(config: Bytes): bool {
    const space = config.indexOf(SPACE);
    if (space < 0) return false;
    const burst = config.slice(0, space).parseUint();
    const perSecond = config.slice(space + 1).parseUint();
    this.limits.burst = <f64>burst;
    this.limits.perNanosecond = <f64>perSecond / 1e9;
    return burst > 0 && perSecond > 0;
  }

  createFilter(): HttpFilter {
    return new RateLimitFilter(this.limits);
  }
}

registerPlugin(() => new RateLimitPlugin());
