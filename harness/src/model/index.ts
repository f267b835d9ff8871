/**
 * Plain data that every room of the harness speaks: messages, routes, filters.
 *
 * Header names and values are byte strings as in `node:http`: each character is one byte (latin1),
 * so a value that is not UTF-8 survives the way through.
 */
import type { JsonObject } from "./json.ts";

/** Header fields in the order in which they stand in the message; a repeated name is a repeated entry. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** A request as a client sends it. */
export interface HttpRequest {
  readonly method: string;
  /** Origin form: path and query, as in the request line (RFC 9112 section 3.2.1). */
  readonly path: string;
  readonly authority: string;
  /** Without pseudo headers and without `host`. */
  readonly headers: HeaderList;
  readonly body: Uint8Array;
  readonly trailers?: HeaderList;
  /** A METADATA frame behind the headers (an extension of HTTP/2); HTTP/1.1 has nothing of the kind. */
  readonly metadata?: HeaderList;
}

/** A final response. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
  readonly trailers?: HeaderList;
  /** As in a request. */
  readonly metadata?: HeaderList;
}

/** Answers what reaches a cluster. Rejecting or throwing resets the connection. */
export type ClusterHandler = (request: HttpRequest) => HttpResponse | Promise<HttpResponse>;

/**
 * One end of a TCP connection, as the other end's host drives it. After `end` no `write` comes; after `reset` nothing.
 */
export interface TcpSink {
  /** Takes bytes. */
  write(bytes: Uint8Array): void;
  /** The sender has sent all (FIN). It may go on receiving, or not: TCP does not say which. */
  end(): void;
  /** The connection broke off (RST). */
  reset(): void;
}

/** `envoy.config.core.v3.Metadata`: what is said of a route or a request, by namespace. */
export type Metadata = Readonly<Record<string, JsonObject>>;

/** Who the proxy says that it is (`envoy.config.core.v3.Node`). */
export interface NodeSpec {
  readonly id?: string;
  readonly cluster?: string;
  readonly metadata?: JsonObject;
}

/** The proxy where nobody names it. */
export const DEFAULT_NODE = { id: "sidecraft", cluster: "sidecraft" };

/** One route: the first whose match holds takes the request. */
export interface RouteSpec {
  readonly name?: string;
  /** Prefix of the path, and headers that must be present with exactly this value. */
  readonly match: { readonly prefix: string; readonly headers?: Readonly<Record<string, string>> };
  readonly cluster: string;
  /** What filters read as `xds.route_metadata`. */
  readonly metadata?: Metadata;
}

/**
 * What a host does with requests after a module trapped: answers 503; leaves the filter out; tries a new VM, at most once
 * in {@link FilterSpec.reloadBackoff}. `fail_open` is the option that Envoy had before: like "open", and the request
 * whose hook trapped goes on too.
 */
export type FailurePolicy = "closed" | "open" | "reload" | "fail_open";

/** How the configuration of a plugin travels. */
export type ConfigType = "text" | "struct";

/** One Wasm HTTP filter in the chain. */
export interface FilterSpec {
  /** Name of the HTTP filter and of the plugin. */
  readonly name: string;
  /** The module: a file on this machine. */
  readonly wasmPath: string;
  /** Plugin configuration: a JSON value, or the exact text (a string is sent as it is). */
  readonly config?: unknown;
  /**
   * How it travels: as text (`google.protobuf.StringValue`), or, for a JSON object, as the binary of a `google.protobuf.Struct`,
   * which is what a module gets where somebody writes one in the configuration of plain Envoy. Text when absent.
   */
  readonly configType?: ConfigType;
  readonly rootId?: string;
  /** Filters with equal module, vmId, environment, vmConfig and capabilities share one VM per worker. */
  readonly vmId?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** VM configuration: a JSON value, or the exact text. Filters in one VM share it. */
  readonly vmConfig?: unknown;
  /** The only functions of the ABI that the module may call and be called by; absent: all. */
  readonly capabilities?: readonly string[];
  /** Body hooks run while the headers' hook has paused (PluginConfig.allow_on_headers_stop_iteration). */
  readonly allowOnHeadersStopIteration?: boolean;
  readonly failurePolicy?: FailurePolicy;
  /** How long "reload" waits at least between two VMs, and up to half as long again; default "1s". */
  readonly reloadBackoff?: string;
}

/** Cluster to which a host's TCP listener leads. */
export const TCP_CLUSTER = "tcp";

/** Everything a host needs to be set up, whichever host it is. */
export interface Topology {
  /** The chain of HTTP filters. */
  readonly filters: readonly FilterSpec[];
  /**
   * The chain of network filters of a second listener, whose connections go on to {@link TCP_CLUSTER}; there is no
   * such listener when absent.
   */
  readonly networkFilters?: readonly FilterSpec[];
  /** Plugins that get the statistics of the process, on its main thread. */
  readonly statSinks?: readonly FilterSpec[];
  /** How often the statistics are handed out ("200ms", "1.5s"); every 5 seconds when absent. */
  readonly statsFlushInterval?: string;
  readonly routes: readonly RouteSpec[];
  /** Dynamic metadata that every request has before the first filter sees it. */
  readonly dynamicMetadata?: Metadata;
  /** Missing names are those of {@link DEFAULT_NODE}. */
  readonly node?: NodeSpec;
  readonly workers: number;
}

/** Severity names as Envoy prints them; the index is the proxy-wasm number. */
export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "critical"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** One line that a module logged. */
export interface LogLine {
  readonly level: LogLevel;
  /** Plugin name, or "" where the host does not say. */
  readonly plugin: string;
  readonly message: string;
}

/** Outcome of giving a running filter a new configuration. */
export type UpdateResult =
  { readonly accepted: true } | { readonly accepted: false; readonly reason: string };

/** The exact text that a host hands to the plugin for `config`. */
export function configText(config: unknown): string {
  if (config === undefined) return "";
  return typeof config === "string" ? config : JSON.stringify(config);
}
