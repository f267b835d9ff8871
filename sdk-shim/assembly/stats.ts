import { CALL_DATA } from "./body";
import { Bytes } from "./bytes";

/** Bytes that are asked for at once: names are short, and the host's buffer may say that it is gigabytes long. */
const WINDOW: i32 = 16 << 10;
/** A longer name is none. */
const MAX_NAME: u32 = 16 << 10;
/** Size, kind and count of a block. */
const HEAD: i32 = 12;

/**
 * What a statistic is.
 *
 * @example
 * ```ts
 * class CounterLog extends Plugin {
 *   onStatsUpdate(stats: StatsUpdate): void {
 *     while (stats.next()) if (stats.kind == StatKind.Counter) log(LogLevel.Info, stats.name);
 *   }
 * }
 * ```
 */
export enum StatKind {
  /** It only goes up. */
  Counter = 1,
  /** It is a state, such as the number of open connections. */
  Gauge = 2,
}

/**
 * The statistics of the proxy at one moment (Envoy's `envoy_on_stats_update`): the counters and gauges that were ever
 * written, one after the other; histograms are not among them. Envoy gets the size of the gauges wrong: the reader finds
 * their end by itself, and ends early rather than make something up. For `Plugin.onStatsUpdate`, while it runs.
 *
 * @example
 * ```ts
 * class Exporter extends Plugin {
 *   onStatsUpdate(stats: StatsUpdate): void {
 *     while (stats.next()) {
 *       if (stats.delta > 0) log(LogLevel.Info, stats.name.toString() + " +" + stats.delta.toString());
 *     }
 *   }
 * }
 * ```
 */
@final
export class StatsUpdate {
  /** What the statistic is; of the first before `next`. */
  kind: StatKind = StatKind.Counter;
  /** Its name, for instance `cluster.users.upstream_rq_total`; empty before `next` and after the last. */
  name: Bytes = Bytes.EMPTY;
  /** Its value now. */
  value: u64 = 0;
  /** By how much a counter went up since the last update; 0 for a gauge. */
  delta: u64 = 0;

  private window: Bytes = Bytes.EMPTY;
  private windowStart: i32 = 0;
  /** Where the next statistic, or the next block, begins. */
  private at: i32 = 0;
  /** What the host says that the block has: bytes, and statistics, of which those never written are left out. */
  private blockSize: u32 = 0;
  private left: u32 = 0;
  /** The kind of the last block, 0 before the first. */
  private lastKind: i32 = 0;
  /** The size of the block up to here, as it should be, and as Envoy counts gauges. */
  private size: u32 = 0;
  private doubledSize: u32 = 0;

  /** @internal Made by the SDK. */
  constructor() {}

  /** Goes on to the next statistic; false when there is none left. */
  next(): bool {
    while (this.isBlockOver) if (!this.beginBlock()) return this.finish();
    const head = this.view(this.at, 4);
    const length = head.length == 4 ? load<u32>(head.ptr) : 0;
    if (length == 0 || length > MAX_NAME) return this.finish();
    const isCounter = this.kind == StatKind.Counter;
    const valueAt = aligned(this.at + 4 + length);
    const end: i32 = valueAt + (isCounter ? 16 : 8);
    const entry = this.view(this.at, end - this.at);
    if (entry.length < end - this.at) return this.finish();
    this.name = entry.slice(4, 4 + length);
    const values = entry.ptr + (valueAt - this.at);
    this.value = load<u64>(values);
    this.delta = isCounter ? load<u64>(values, 8) : 0;
    this.at = end;
    this.left--;
    this.count(length);
    return true;
  }

  private get isBlockOver(): bool {
    return this.left == 0 || this.size == this.blockSize || this.doubledSize == this.blockSize;
  }

  /** Reads what stands before the statistics of a kind; false when nothing more does. */
  private beginBlock(): bool {
    const head = this.view(this.at, HEAD);
    if (head.length < HEAD) return false;
    const kind = load<i32>(head.ptr, 4);
    // Each kind comes once, the counters first.
    if (kind <= this.lastKind || kind > StatKind.Gauge) return false;
    this.lastKind = kind;
    this.kind = kind;
    this.blockSize = load<u32>(head.ptr);
    this.left = load<u32>(head.ptr, 8);
    this.size = HEAD;
    this.doubledSize = HEAD;
    this.at += HEAD;
    return true;
  }

  /** Adds a statistic with a name of `length` bytes to the size of the block, as the host does. */
  private count(length: u32): void {
    const values: u32 = this.kind == StatKind.Counter ? 16 : 8;
    this.size = aligned(this.size + 4 + length + values);
    if (this.kind != StatKind.Gauge) return;
    const before = this.doubledSize + 4 + length;
    this.doubledSize = before + aligned(before + values);
  }

  private finish(): bool {
    this.name = Bytes.EMPTY;
    this.value = 0;
    this.delta = 0;
    this.left = 0;
    // Beyond what is ever read: `next` stays false.
    this.at = i32.MAX_VALUE - WINDOW;
    this.window = Bytes.EMPTY;
    this.windowStart = this.at;
    return false;
  }

  /** The `length` bytes from `start`; fewer at the end of what the host has. */
  private view(start: i32, length: i32): Bytes {
    const from = start - this.windowStart;
    if (from + length > this.window.length) {
      this.window =
        start <= i32.MAX_VALUE - 2 * WINDOW ? CALL_DATA.read(start, max(length, WINDOW)) : Bytes.EMPTY;
      this.windowStart = start;
      return this.window.slice(0, length);
    }
    return this.window.slice(from, from + length);
  }
}

function aligned(offset: u32): u32 {
  return (offset + 7) & ~7;
}
