/** A listener for TCP: network filters in Wasm, then Envoy's TCP proxy. */
import { type FilterSpec, TCP_CLUSTER } from "../model/index.ts";
import { wasmConfig } from "./http-filter.ts";
import type { JsonObject } from "./json.ts";

/** Type URL of the network filter's configuration. */
export const WASM_NETWORK_FILTER_TYPE = "type.googleapis.com/envoy.extensions.filters.network.wasm.v3.Wasm";

/**
 * Makes the listener.
 *
 * @param name name of the listener
 * @param address where it listens, as `envoy.config.core.v3.Address`
 * @param filters network filters in the order in which bytes of the client pass them; bytes of the upstream pass
 *   them the other way round
 * @returns an `envoy.config.listener.v3.Listener` whose connections go to the cluster {@link TCP_CLUSTER}
 */
export function tcpListener(name: string, address: JsonObject, filters: readonly FilterSpec[]): JsonObject {
  const proxy = {
    name: "envoy.filters.network.tcp_proxy",
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
      stat_prefix: "tcp",
      cluster: TCP_CLUSTER,
    },
  };
  return { name, address, filter_chains: [{ filters: [...filters.map(networkFilter), proxy] }] };
}

function networkFilter(filter: FilterSpec): JsonObject {
  return { name: filter.name, typed_config: wasmConfig(filter, {}, WASM_NETWORK_FILTER_TYPE) };
}
