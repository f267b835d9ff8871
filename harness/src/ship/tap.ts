/** Envoy's tap filter, which writes requests into files. */
import type { JsonObject } from "./json.ts";

/** Where a tap stands: before all filters, or between the last one and the upstream. */
export type TapPlace = "client" | "upstream";

/** Bytes of each piece of a body that a tap keeps. */
const MOST_BYTES = 1024 * 1024;

/**
 * Makes the entry of a tap in `http_filters`. It writes `<directory>/<place>_<number>.json` for each request, the same
 * number at both places.
 *
 * The tap is `streaming`: otherwise it writes headers at the end of the request, as the last filter left them.
 *
 * @param directory a directory that exists, as Envoy sees it
 * @returns an `envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter`
 */
export function tapFilter(directory: string, place: TapPlace): JsonObject {
  return {
    name: `tap-${place}`,
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.filters.http.tap.v3.Tap",
      common_config: {
        static_config: {
          match: { any_match: true },
          output_config: {
            streaming: true,
            max_buffered_rx_bytes: MOST_BYTES,
            max_buffered_tx_bytes: MOST_BYTES,
            sinks: [{ format: "JSON_BODY_AS_BYTES", file_per_tap: { path_prefix: `${directory}/${place}` } }],
          },
        },
      },
    },
  };
}
