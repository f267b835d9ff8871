/** The configuration of a benchmarked Envoy: one listener, no upstream, so that little else costs time. */
import type { JsonObject } from "../../harness/src/ship/json.ts";
import { ECHO_PATH, ECHOED } from "./ask.ts";

/** A bootstrap with `filters` in front of a router that answers 200 by itself. */
export function benchBootstrap(port: number, filters: readonly JsonObject[]): JsonObject {
  const ok = { status: 200, body: { inline_string: "ok" } };
  const shown = ECHOED.map((name) => ({ header: { key: `x-seen-${name}`, value: `%REQ(${name})%` } }));
  const routes = [
    { match: { path: ECHO_PATH }, direct_response: ok, response_headers_to_add: shown },
    { match: { prefix: "/" }, direct_response: ok },
  ];
  const router = {
    name: "envoy.filters.http.router",
    typed_config: { "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router" },
  };
  const manager = {
    name: "envoy.filters.network.http_connection_manager",
    typed_config: {
      "@type":
        "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
      stat_prefix: "bench",
      codec_type: "HTTP1",
      route_config: { virtual_hosts: [{ name: "all", domains: ["*"], routes }] },
      http_filters: [...filters, router],
    },
  };
  const address = { socket_address: { address: "127.0.0.1", port_value: port } };
  return { static_resources: { listeners: [{ address, filter_chains: [{ filters: [manager] }] }] } };
}
