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

/** A number that only grows, shared by all workers. Define it in `configure`; Envoy shows it as `wasmcustom.<name>`. */
@final
export class Counter {
  private readonly id: u32;

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

/** A number that goes up and down, shared by all workers. Define it in `configure`. */
@final
export class Gauge {
  private readonly id: u32;

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

/** A distribution of values. Define it in `configure`. */
@final
export class Histogram {
  private readonly id: u32;

  constructor(name: string) {
    this.id = define(MetricType.Histogram, name);
  }

  /** Adds one value. */
  record(value: u64): void {
    env.proxy_record_metric(this.id, value);
  }
}
