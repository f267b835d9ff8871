import { MetricType } from "../abi/index.ts";
import { parseDuration } from "../model/duration.ts";
import { Body } from "./headers/body.ts";
import type { Host } from "./host.ts";
import type { MetricUpdate } from "./shared/metrics.ts";
import type { FilterInstance } from "./stream/filter.ts";

const DEFAULT_INTERVAL = "5s";
/** Numbers of the kinds in the buffer. */
const COUNTER = 1;
const GAUGE = 2;
const HEAD = 12;
/** Of what Envoy reserves beyond the last gauge, this much is shown. */
const MOST_PADDING = 1 << 16;

const aligned = (offset: number): number => ((offset + 7) & ~7) >>> 0;

/** Hands the statistics to `sinks` every `interval` of the host's clock, as Envoy 1.40 does with its stat sinks. */
export function flushStats(host: Host, sinks: readonly FilterInstance[], interval = DEFAULT_INTERVAL): void {
  const period = parseDuration(interval);
  const flush = (): void => {
    host.protect(() => {
      const update = host.metrics.update();
      for (const sink of sinks) flushInto(sink, update);
    });
    host.clock.schedule(period, flush);
  };
  host.clock.schedule(period, flush);
}

function flushInto({ vm, root }: FilterInstance, update: readonly MetricUpdate[]): void {
  if (!vm || !root || vm.isFailed || vm.isKilled || !vm.exports("envoy_on_stats_update")) return;
  const counters = block(
    COUNTER,
    update.filter(({ type }) => type === MetricType.Counter),
  );
  const gauges = block(
    GAUGE,
    update.filter(({ type }) => type === MetricType.Gauge),
  );
  const padding = Buffer.alloc(Math.min(Math.max(gauges.size - gauges.bytes.length, 0), MOST_PADDING));
  root.callData = new Body(Buffer.concat([counters.bytes, gauges.bytes, padding]));
  vm.callback(root, "envoy_on_stats_update", root.id, (counters.size + gauges.size) >>> 0);
}

/**
 * The statistics of one kind. The count includes those that were never written and so are left out, and the size of the gauges
 * is doubled with each of them, modulo 2 to the 32: both as in Envoy 1.40.
 */
function block(kind: number, metrics: readonly MetricUpdate[]): { bytes: Buffer; size: number } {
  const parts: Buffer[] = [];
  let length = HEAD;
  let size = HEAD;
  for (const { name, value, delta, isUsed } of metrics) {
    if (!isUsed) continue;
    const text = Buffer.from(name);
    const valueAt = aligned(length + 4 + text.length);
    const entry = Buffer.alloc(valueAt - length + (kind === COUNTER ? 16 : 8));
    entry.writeUInt32LE(text.length);
    text.copy(entry, 4);
    entry.writeBigUInt64LE(value, valueAt - length);
    if (kind === COUNTER) entry.writeBigUInt64LE(delta, valueAt - length + 8);
    parts.push(entry);
    length += entry.length;
    const before = size + 4 + text.length;
    size = kind === COUNTER ? length : (before + aligned(before + 8)) >>> 0;
  }
  const head = Buffer.alloc(HEAD);
  for (const [index, number] of [size, kind, metrics.length].entries()) head.writeUInt32LE(number, 4 * index);
  return { bytes: Buffer.concat([head, ...parts]), size };
}
