// Token bucket per tenant, or 429. The configuration is `burst tokens-per-second`.

export * from "@gcoredev/proxy-wasm-sdk-as/assembly/proxy";
import {
  Context,
  FilterHeadersStatusValues,
  get_current_time_nanoseconds,
  GrpcStatusValues,
  registerRootContext,
  RootContext,
  send_local_response,
  stream_context,
} from "@gcoredev/proxy-wasm-sdk-as/assembly";

class Bucket {
  constructor(
    public tokens: f64,
    public filledAt: u64,
  ) {}
}

class Root extends RootContext {
  buckets: Map<string, Bucket> = new Map<string, Bucket>();
  burst: f64 = 0;
  perNanosecond: f64 = 0;

  onConfigure(size: u32): bool {
    const ok = super.onConfigure(size);
    const parts = this.getConfiguration().split(" ");
    this.burst = parseFloat(parts[0]);
    this.perNanosecond = parseFloat(parts[1]) / 1000000000.0;
    return ok;
  }

  createContext(id: u32): Context {
    return new Filter(id, this);
  }

  take(tenant: string): bool {
    const now = get_current_time_nanoseconds();
    if (!this.buckets.has(tenant)) this.buckets.set(tenant, new Bucket(this.burst, now));
    const bucket = this.buckets.get(tenant);
    const elapsed: u64 = now > bucket.filledAt ? now - bucket.filledAt : 0;
    const tokens = min<f64>(this.burst, bucket.tokens + <f64>elapsed * this.perNanosecond);
    const taken = tokens >= 1;
    bucket.tokens = taken ? tokens - 1 : tokens;
    bucket.filledAt = now;
    return taken;
  }
}

class Filter extends Context {
  onRequestHeaders(_count: u32, _endOfStream: bool): FilterHeadersStatusValues {
    const tenant = stream_context.headers.request.get("x-tenant");
    const root = changetype<Root>(this.root_context);
    if (tenant != "" && root.take(tenant)) return FilterHeadersStatusValues.Continue;
    send_local_response(429, "", new ArrayBuffer(0), [], GrpcStatusValues.ResourceExhausted);
    return FilterHeadersStatusValues.StopIteration;
  }
}

registerRootContext((id: u32) => {
  return new Root(id);
}, "bench");
