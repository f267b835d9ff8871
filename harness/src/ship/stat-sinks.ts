/** Stat sinks in Wasm, and how often they get the statistics. */
import { parseDuration } from "../model/duration.ts";
import type { Topology } from "../model/index.ts";
import { wasmConfig } from "./http-filter.ts";
import type { JsonObject } from "./json.ts";

/** Type URL of the stat sink's configuration. */
export const WASM_STAT_SINK_TYPE = "type.googleapis.com/envoy.extensions.stat_sinks.wasm.v3.Wasm";

const NANOSECONDS_PER_SECOND = 1e9;

/**
 * Makes the fields of a bootstrap for the stat sinks of a topology.
 *
 * @returns `stats_sinks` and `stats_flush_interval` of an `envoy.config.bootstrap.v3.Bootstrap`, as far as they are needed
 * @throws {RangeError} if the interval is no duration
 */
export function statSinks({ statSinks = [], statsFlushInterval }: Topology): JsonObject {
  return {
    ...(statSinks.length > 0 && {
      stats_sinks: statSinks.map((sink) => ({
        name: "envoy.stat_sinks.wasm",
        typed_config: wasmConfig(sink, {}, WASM_STAT_SINK_TYPE),
      })),
    }),
    ...(statsFlushInterval !== undefined && {
      stats_flush_interval: `${Number(parseDuration(statsFlushInterval)) / NANOSECONDS_PER_SECOND}s`,
    }),
  };
}
