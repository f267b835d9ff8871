import { GAUGE_PREFIX } from "./faults/channel.ts";

/** What Envoy puts before the names that filters give their metrics. */
export const CUSTOM_METRIC = "wasmcustom.";
/** What Envoy counts of the VMs of a filter. */
const OF_VMS = /^wasm\..+\.vm_reload_(backoff|failure|success)$/;

/** As Envoy's filter of statistics: at least those that {@link metricsOf} takes. */
export const METRICS_FILTER = "^(wasmcustom\\.|wasm\\..+\\.vm_reload_)";

/**
 * The metrics of filters among `stats`, by the name that the filter gave, and what became of reloads, by Envoy's name;
 * as far as `pattern` matches the name.
 */
export function metricsOf(stats: ReadonlyMap<string, number>, pattern?: RegExp): Record<string, number> {
  const known = [...stats].flatMap(([name, value]) => {
    if (OF_VMS.test(name)) return [[name, value] as const];
    if (!name.startsWith(CUSTOM_METRIC)) return [];
    const own = name.slice(CUSTOM_METRIC.length);
    return own.startsWith(GAUGE_PREFIX) ? [] : [[own, value] as const];
  });
  return Object.fromEntries(pattern ? known.filter(([name]) => name.search(pattern) >= 0) : known);
}
