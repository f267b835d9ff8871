/** A complete static configuration for Envoy: one listener, one route table, the filters, the clusters. */
import { isIP } from "node:net";
import {
  DEFAULT_NODE,
  type FilterSpec,
  type Metadata,
  type RouteSpec,
  TCP_CLUSTER,
  type Topology,
} from "../model/index.ts";
import { discoveredHttpFilter, httpFilter, type FilterSource } from "./http-filter.ts";
import type { JsonObject } from "./json.ts";
import { statSinks } from "./stat-sinks.ts";
import { tapFilter, type TapPlace } from "./tap.ts";
import { tcpListener } from "./tcp-listener.ts";

/** An address that Envoy listens on. Port 0 lets the kernel choose. */
export interface BindAddress {
  readonly host: string;
  readonly port: number;
}

/** A cluster with one endpoint. A host that is no IP address is resolved by DNS, again and again. */
export interface ClusterSpec {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** Speaks HTTP/2, without which there is no gRPC; HTTP/1.1 when absent. */
  readonly http2?: boolean;
  /** May be away while Envoy starts, which then does not wait for its name to be found. */
  readonly optional?: boolean;
}

/** Name of the listener for HTTP. */
export const LISTENER_NAME = "ingress";

/** Name of the listener for TCP, which exists when the topology has network filters. */
export const TCP_LISTENER_NAME = "tcp";

/** What a bootstrap needs besides the topology. */
export interface BootstrapOptions {
  readonly listener: BindAddress;
  /** Where network filters listen; the address of `listener` with a port of the kernel's choice when absent. */
  readonly tcpListener?: BindAddress;
  readonly admin: BindAddress;
  readonly clusters: readonly ClusterSpec[];
  /** Deliver every filter by discovery from this directory (a path as Envoy sees it) or service. */
  readonly dynamicFilters?: string | FilterSource;
  /** HTTP filters of Envoy's own, behind those of the topology. */
  readonly envoyFilters?: readonly JsonObject[];
  /** File for one line per request; `/dev/stdout` is Envoy's standard output. */
  readonly accessLog?: string;
  /** Pass trailers on in HTTP/1.1, which Envoy drops by default. */
  readonly http1Trailers?: boolean;
  /** Take the client's address from a PROXY protocol header (version 1 or 2) where a connection begins with one. */
  readonly proxyProtocol?: boolean;
  /** Pass METADATA frames on in HTTP/2 (an extension), which Envoy refuses by default. */
  readonly http2Metadata?: boolean;
  /** Directory, as Envoy sees it, for what taps before and behind the filters see of requests. */
  readonly tap?: string;
}

/** Of HTTP/2, from the same guide as {@link EDGE_SETTINGS}. */
const HTTP2_SETTINGS: JsonObject = {
  max_concurrent_streams: 100,
  initial_stream_window_size: 65_536,
  initial_connection_window_size: 1_048_576,
};

/**
 * Connection manager settings from Envoy's guide "Configuring Envoy as an edge proxy": paths are normalised
 * before filters and routes see them, `%2F` and `%5C` lead to a redirect, the client's address is the peer's.
 *
 * Two of the guide's settings are left at Envoy's default: headers with underscores pass, since filters may
 * want to see them, and buffers are 1 MiB instead of 32 KiB, since filters may want to read whole bodies.
 */
const EDGE_SETTINGS: JsonObject = {
  use_remote_address: true,
  normalize_path: true,
  merge_slashes: true,
  path_with_escaped_slashes_action: "UNESCAPE_AND_REDIRECT",
  common_http_protocol_options: { idle_timeout: "3600s" },
  http2_protocol_options: HTTP2_SETTINGS,
  stream_idle_timeout: "300s",
  request_timeout: "300s",
};

/** The guide's last point: a limit for connections, without which Envoy warns at every start. */
const OVERLOAD_MANAGER: JsonObject = {
  resource_monitors: [
    {
      name: "envoy.resource_monitors.global_downstream_max_connections",
      typed_config: {
        "@type":
          "type.googleapis.com/envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
        max_active_downstream_connections: 50_000,
      },
    },
  ],
};

const PROXY_PROTOCOL: JsonObject = {
  name: "envoy.filters.listener.proxy_protocol",
  typed_config: {
    "@type": "type.googleapis.com/envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol",
    allow_requests_without_proxy_protocol: true,
  },
};

/**
 * Makes a bootstrap (`envoy.config.bootstrap.v3.Bootstrap`) for a topology.
 *
 * @param topology filters in request order, routes, workers (workers are a command-line option of Envoy)
 * @param options addresses, clusters, delivery of the filters
 * @returns the message as a plain object: write it as JSON, or with `toYaml`
 * @throws {RangeError} if two filters of a chain, or two clusters, have the same name, a route names no cluster, or
 *   there are network filters and no cluster for them
 */
export function bootstrap(topology: Topology, options: BootstrapOptions): JsonObject {
  const { networkFilters } = topology;
  for (const filters of [topology.filters, networkFilters ?? [], topology.statSinks ?? []]) {
    refuseRepeats(
      "filters",
      filters.map((filter) => filter.name),
    );
  }
  refuseRepeats(
    "clusters",
    options.clusters.map((cluster) => cluster.name),
  );
  for (const { cluster } of topology.routes) {
    if (!options.clusters.some(({ name }) => name === cluster)) {
      throw new RangeError(`a route goes to cluster "${cluster}", which is not among the clusters`);
    }
  }
  if (networkFilters && !options.clusters.some(({ name }) => name === TCP_CLUSTER))
    throw new RangeError(`connections go to cluster "${TCP_CLUSTER}", which is not among the clusters`);
  const tcp = options.tcpListener ?? { host: options.listener.host, port: 0 };
  return {
    node: { ...DEFAULT_NODE, ...topology.node },
    admin: { address: socketAddress(options.admin.host, options.admin.port) },
    static_resources: {
      listeners: [
        {
          name: LISTENER_NAME,
          address: socketAddress(options.listener.host, options.listener.port),
          ...(options.proxyProtocol === true && { listener_filters: [PROXY_PROTOCOL] }),
          filter_chains: [{ filters: [connectionManager(topology, options)] }],
        },
        ...(networkFilters
          ? [tcpListener(TCP_LISTENER_NAME, socketAddress(tcp.host, tcp.port), networkFilters)]
          : []),
      ],
      clusters: options.clusters.map((spec) => clusterConfig(spec, options)),
    },
    ...statSinks(topology),
    overload_manager: OVERLOAD_MANAGER,
  };
}

function connectionManager(topology: Topology, options: BootstrapOptions): JsonObject {
  const source =
    typeof options.dynamicFilters === "string"
      ? { directory: options.dynamicFilters }
      : options.dynamicFilters;
  const entry = (filter: FilterSpec): JsonObject =>
    source === undefined ? httpFilter(filter) : discoveredHttpFilter(filter.name, source);
  const taps = (place: TapPlace): JsonObject[] =>
    options.tap === undefined ? [] : [tapFilter(options.tap, place)];
  const router = {
    name: "envoy.filters.http.router",
    typed_config: { "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router" },
  };
  return {
    name: "envoy.filters.network.http_connection_manager",
    typed_config: {
      "@type":
        "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
      stat_prefix: "ingress_http",
      ...EDGE_SETTINGS,
      ...(options.http2Metadata === true && {
        http2_protocol_options: { ...HTTP2_SETTINGS, allow_metadata: true },
      }),
      ...(options.http1Trailers === true && { http_protocol_options: { enable_trailers: true } }),
      ...(options.accessLog !== undefined && { access_log: [accessLogger(options.accessLog)] }),
      route_config: {
        name: "routes",
        virtual_hosts: [{ name: "all", domains: ["*"], routes: topology.routes.map(routeConfig) }],
      },
      http_filters: [
        ...taps("client"),
        ...(topology.dynamicMetadata ? [metadataFilter(topology.dynamicMetadata)] : []),
        ...topology.filters.map(entry),
        ...(options.envoyFilters ?? []),
        ...taps("upstream"),
        router,
      ],
    },
  };
}

function routeConfig(route: RouteSpec): JsonObject {
  const headers = Object.entries(route.match.headers ?? {});
  return {
    ...(route.name !== undefined && { name: route.name }),
    match: {
      prefix: route.match.prefix,
      ...(headers.length > 0 && {
        headers: headers.map(([name, exact]) => ({ name, string_match: { exact } })),
      }),
    },
    route: { cluster: route.cluster },
    ...(route.metadata && { metadata: { filter_metadata: route.metadata } }),
  };
}

/** Envoy's filter that gives each request dynamic metadata. */
function metadataFilter(metadata: Metadata): JsonObject {
  return {
    name: "envoy.filters.http.set_metadata",
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.filters.http.set_metadata.v3.Config",
      metadata: Object.entries(metadata).map(([namespace, value]) => ({
        metadata_namespace: namespace,
        value,
      })),
    },
  };
}

function clusterConfig(spec: ClusterSpec, options: BootstrapOptions): JsonObject {
  const http2 = options.http2Metadata === true ? { allow_metadata: true } : {};
  const endpoint = { endpoint: { address: socketAddress(spec.host, spec.port) } };
  return {
    name: spec.name,
    ...(isIP(spec.host) > 0 ? { type: "STATIC" } : { type: "STRICT_DNS", dns_lookup_family: "V4_PREFERRED" }),
    ...(spec.optional === true && { wait_for_warm_on_init: false }),
    load_assignment: { cluster_name: spec.name, endpoints: [{ lb_endpoints: [endpoint] }] },
    ...(spec.http2 === true
      ? upstreamProtocol({ http2_protocol_options: http2 })
      : options.http1Trailers === true &&
        upstreamProtocol({ http_protocol_options: { enable_trailers: true } })),
  };
}

function upstreamProtocol(explicit: JsonObject): JsonObject {
  const type = "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
  return {
    typed_extension_protocol_options: {
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
        "@type": type,
        explicit_http_config: explicit,
      },
    },
  };
}

function accessLogger(path: string): JsonObject {
  const types = "type.googleapis.com/envoy.extensions.access_loggers";
  // Opening /dev/stdout as a file fails where standard output is a socket, as under node:child_process.
  return path === "/dev/stdout"
    ? { name: "envoy.access_loggers.stdout", typed_config: { "@type": `${types}.stream.v3.StdoutAccessLog` } }
    : {
        name: "envoy.access_loggers.file",
        typed_config: { "@type": `${types}.file.v3.FileAccessLog`, path },
      };
}

function socketAddress(address: string, port: number): JsonObject {
  return { socket_address: { address, port_value: port } };
}

function refuseRepeats(what: string, names: readonly string[]): void {
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw new RangeError(`two ${what} are named "${repeated}"; names must differ`);
}
