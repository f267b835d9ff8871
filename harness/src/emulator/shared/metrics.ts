import { MetricType, Status } from "../../abi/index.ts";
import type { Histogram } from "../../model/histogram.ts";

const MASK = (1n << 64n) - 1n;

/** One statistic of the process. */
export interface Metric {
  readonly type: number;
  /** Counters and gauges: the value. Histograms: how many values were recorded. */
  value: bigint;
  /** Whether it was ever written: Envoy shows no others to stat sinks. */
  isUsed: boolean;
  /** Values of a histogram, as far as it tells them apart, and how often they came. */
  readonly buckets: Map<bigint, number>;
}

/** A counter or gauge as a stat sink sees it. */
export interface MetricUpdate {
  readonly type: number;
  /** With `wasmcustom.` in front. */
  readonly name: string;
  readonly value: bigint;
  /** By how much a counter went up since the last update. */
  readonly delta: bigint;
  readonly isUsed: boolean;
}

/** Statistics of the whole process, by name, as Envoy's `/stats` shows them (`wasmcustom.` in front). */
export class MetricStore {
  readonly #metrics = new Map<string, Metric>();
  /** Values of counters at the last update. */
  readonly #latched = new Map<Metric, bigint>();

  /** The statistic of that name and kind; a counter and a gauge of one name are two. */
  define(type: number, name: string): Metric {
    const key = `${type}${name}`;
    let metric = this.#metrics.get(key);
    if (!metric) this.#metrics.set(key, (metric = { type, value: 0n, isUsed: false, buckets: new Map() }));
    return metric;
  }

  /** A copy of all values. */
  snapshot(): ReadonlyMap<string, number> {
    const values = new Map<string, number>();
    for (const [key, metric] of this.#metrics) values.set(`wasmcustom.${key.slice(1)}`, Number(metric.value));
    return values;
  }

  /** A copy of the values of counters and gauges. */
  levels(): ReadonlyMap<string, number> {
    const some = [...this.#metrics].filter(([, { type }]) => type !== MetricType.Histogram);
    return new Map(some.map(([key, { value }]) => [`wasmcustom.${key.slice(1)}`, Number(value)]));
  }

  /** What was recorded in the histogram of that name; nothing if there is none. */
  histogram(name: string): Histogram {
    const buckets = [...(this.#metrics.get(`${MetricType.Histogram}${name}`)?.buckets ?? [])];
    const values = buckets.map(([value, count]) => [Number(value), count] as const);
    const sorted = values.toSorted(([a], [b]) => a - b);
    return { count: sorted.reduce((sum, [, count]) => sum + count, 0), values: sorted };
  }

  /** Counters and gauges for the stat sinks; counters are counted anew from here on. */
  update(): readonly MetricUpdate[] {
    const metrics = [...this.#metrics].filter(([, { type }]) => type !== MetricType.Histogram);
    return metrics.map(([key, metric]) => {
      const { type, value, isUsed } = metric;
      const delta = value - (this.#latched.get(metric) ?? 0n);
      this.#latched.set(metric, value);
      return { type, name: `wasmcustom.${key.slice(1)}`, value, delta, isUsed };
    });
  }
}

/**
 * The metric ids of one VM. As in Envoy 1.40 each definition gives a new id, `(n << 2) | type`, with n from 1
 * for each kind.
 */
export class MetricIds {
  readonly #store: MetricStore;
  readonly #metrics = new Map<number, Metric>();
  readonly #next = [1, 1, 1];

  constructor(store: MetricStore) {
    this.#store = store;
  }

  /** A new id for the metric, or undefined if the kind does not exist. */
  define(type: number, name: string): number | undefined {
    const ordinal = this.#next[type];
    if (ordinal === undefined) return undefined;
    this.#next[type] = ordinal + 1;
    const id = (ordinal << 2) | type;
    this.#metrics.set(id, this.#store.define(type, name));
    return id;
  }

  /** Adds `offset`: counters only go up, gauges wrap around at 64 bits. */
  increment(id: number, offset: bigint): Status {
    const type = id & 3;
    if (type !== MetricType.Counter && type !== MetricType.Gauge) return Status.BadArgument;
    const metric = this.#metrics.get(id);
    if (!metric) return Status.NotFound;
    if (type === MetricType.Counter && offset <= 0n) return Status.BadArgument;
    metric.value = (metric.value + offset) & MASK;
    metric.isUsed = true;
    return Status.Ok;
  }

  /** Counters add `value`, gauges take it, histograms count it. */
  record(id: number, value: bigint): Status {
    const metric = this.#metrics.get(id);
    if (!metric) return Status.NotFound;
    metric.isUsed = true;
    if (metric.type === MetricType.Gauge) metric.value = value & MASK;
    else if (metric.type === MetricType.Counter) metric.value = (metric.value + value) & MASK;
    else {
      metric.value++;
      const bucket = bucketOf(value & MASK);
      metric.buckets.set(bucket, (metric.buckets.get(bucket) ?? 0) + 1);
    }
    return Status.Ok;
  }

  /** The value of a counter or gauge, or the status why there is none. */
  get(id: number): bigint | Status {
    const type = id & 3;
    if (type !== MetricType.Counter && type !== MetricType.Gauge) return Status.BadArgument;
    return this.#metrics.get(id)?.value ?? Status.NotFound;
  }
}

/** The lower bound of a value's bucket: its first two digits (the log-linear histograms of Envoy 1.40). */
function bucketOf(value: bigint): bigint {
  const digits = value.toString();
  return BigInt(digits.slice(0, 2).padEnd(digits.length, "0"));
}
