import * as env from "./abi/env";
import { numberOut } from "./abi/memory";
import { MetricType, Status } from "./abi/types";
import { bytesOf } from "./text";

/** No metric has this number, so writing to it changes nothing. */
const NO_METRIC: u32 = u32.MAX_VALUE;

function define<T>(type: MetricType, name: T): u32 {
  const text = bytesOf<T>(name);
  const status = env.proxy_define_metric(type, text.ptr, text.length, numberOut);
  return status == Status.Ok ? load<u32>(numberOut) : NO_METRIC;
}

function read(id: u32): u64 {
  return env.proxy_get_metric(id, numberOut) == Status.Ok ? load<u64>(numberOut) : 0;
}

/**
 * A number that only grows, shared by all workers. Define it in `configure`; Envoy shows it as `wasmcustom.<name>`.
 *
 * @example
 * ```ts
 * class CountingPlugin extends Plugin {
 *   requests: Counter | null = null;
 *
 *   configure(config: Bytes): bool {
 *     this.requests = new Counter("shop_requests"); // wasmcustom.shop_requests
 *     return true;
 *   }
 *
 *   createFilter(): HttpFilter {
 *     return new CountingFilter(this.requests);
 *   }
 * }
 *
 * class CountingFilter extends HttpFilter {
 *   constructor(private readonly requests: Counter | null) {
 *     super();
 *   }
 *
 *   onRequestHeaders(endOfStream: bool): Action {
 *     const requests = this.requests;
 *     if (requests) requests.increment();
 *     return Action.Continue;
 *   }
 * }
 * ```
 */
@final
export class Counter {
  private readonly id: u32;

  /** Defines it under `name`, or finds the one of that name and type; one that the host refuses counts nothing. */
  constructor(name: string) {
    this.id = define(MetricType.Counter, name);
  }

  /** Adds `by`, which must be greater than 0. */
  increment(by: i64 = 1): void {
    env.proxy_increment_metric(this.id, by);
  }

  /** The count over all workers. */
  get value(): u64 {
    return read(this.id);
  }
}

/**
 * A number that goes up and down, shared by all workers. Define it in `configure`.
 *
 * @example
 * ```ts
 * class LoadPlugin extends Plugin {
 *   open: Gauge | null = null;
 *
 *   configure(config: Bytes): bool {
 *     this.open = new Gauge("shop_open_orders");
 *     return true;
 *   }
 *
 *   onTick(): void {
 *     const open = this.open;
 *     if (open) open.record(42);
 *   }
 * }
 * ```
 */
@final
export class Gauge {
  private readonly id: u32;

  /** Defines it under `name`, or finds the one of that name and type; one that the host refuses counts nothing. */
  constructor(name: string) {
    this.id = define(MetricType.Gauge, name);
  }

  /** Adds `by`, which may be negative; below 0 the host's number wraps around. */
  increment(by: i64): void {
    env.proxy_increment_metric(this.id, by);
  }

  /** Sets the number. */
  record(value: u64): void {
    env.proxy_record_metric(this.id, value);
  }

  /** The number as all workers see it. */
  get value(): u64 {
    return read(this.id);
  }
}

/**
 * A distribution of values. Define it in `configure`.
 *
 * @example
 * ```ts
 * class SizesPlugin extends Plugin {
 *   sizes: Histogram | null = null;
 *
 *   configure(config: Bytes): bool {
 *     this.sizes = new Histogram("shop_body_bytes");
 *     return true;
 *   }
 *
 *   createFilter(): HttpFilter {
 *     return new SizesFilter(this.sizes);
 *   }
 * }
 *
 * class SizesFilter extends HttpFilter {
 *   constructor(private readonly sizes: Histogram | null) {
 *     super();
 *   }
 *
 *   onRequestBody(size: i32, endOfStream: bool): Action {
 *     const sizes = this.sizes;
 *     if (sizes) sizes.record(size);
 *     return Action.Continue;
 *   }
 * }
 * ```
 */
@final
export class Histogram {
  private readonly id: u32;

  /** Defines it under `name`, or finds the one of that name and type; one that the host refuses counts nothing. */
  constructor(name: string) {
    this.id = define(MetricType.Histogram, name);
  }

  /** Adds one value. */
  record(value: u64): void {
    env.proxy_record_metric(this.id, value);
  }
}
