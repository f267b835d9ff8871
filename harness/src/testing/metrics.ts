import { GAUGE_PREFIX } from "./faults/channel.ts";

/** What Envoy puts before the names that filters give their metrics. */
export const CUSTOM_METRIC = "wasmcustom.";

/** The metrics of filters among `stats`, by the name that the filter gave, as far as `pattern` matches it. */
export function metricsOf(stats: ReadonlyMap<string, number>, pattern?: RegExp): Record<string, number> {
  const own = [...stats]
    .filter(([name]) => name.startsWith(CUSTOM_METRIC))
    .map(([name, value]) => [name.slice(CUSTOM_METRIC.length), value] as const)
    .filter(([name]) => !name.startsWith(GAUGE_PREFIX));
  return Object.fromEntries(pattern ? own.filter(([name]) => name.search(pattern) >= 0) : own);
}
