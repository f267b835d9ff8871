/** What starting an Envoy takes and gives. */
import type { JsonObject } from "../ship/index.ts";
import type { FilterSpec, LogLevel, LogLine, Topology, UpdateResult } from "../model/index.ts";
import type { EnvoyAdmin } from "./admin.ts";
import type { EnvoyInstallation } from "./installation.ts";

/** Where a cluster of the topology leads. */
export interface UpstreamAddress {
  /** Name of the cluster. */
  readonly name: string;
  readonly port: number;
  /**
   * Name or address of another machine. When absent, or a loopback name, the machine that runs the harness is
   * meant: each driver knows under which address its Envoy reaches it.
   */
  readonly host?: string;
  /** Speaks HTTP/2; HTTP/1.1 when absent. */
  readonly http2?: boolean;
}

/** How to start Envoy. */
export interface StartOptions {
  /** The Envoy to start; one that this machine has already when absent, see `driver`. */
  readonly installation?: EnvoyInstallation;
  /** Where to start it, if no installation says so: as a process or in a container; as a process when absent. */
  readonly driver?: "native" | "container";
  readonly topology: Topology;
  readonly clusters: readonly UpstreamAddress[];
  /** Port of the listener on this machine; 0, or absent, takes a free one. */
  readonly listenerPort?: number;
  /** Port of the admin interface on this machine; 0, or absent, takes a free one. */
  readonly adminPort?: number;
  /** Address that the listener binds natively; 127.0.0.1 when absent. Docker publishes on every address. */
  readonly bindHost?: string;
  /** Lowest level of module log lines that Envoy prints; `info` when absent. Envoy's own stay at `info`. */
  readonly logLevel?: LogLevel;
  /** Called with each line that a module logs. */
  readonly onLog?: (line: LogLine) => void;
  /** Called with everything that Envoy prints. */
  readonly onOutput?: (line: string) => void;
  /** Whether filters can be replaced while Envoy runs (`updateFilter`, `replaceFilter`). */
  readonly reloadable?: boolean;
  /** Print one line per request to `onOutput`. */
  readonly accessLog?: boolean;
  /** Pass HTTP/1.1 trailers on. */
  readonly http1Trailers?: boolean;
  /** Take the client's address from a PROXY protocol header where a connection begins with one. */
  readonly proxyProtocol?: boolean;
  /** Pass METADATA frames of HTTP/2 on. */
  readonly http2Metadata?: boolean;
  /** Directory for what taps before and behind the filters see of requests; only for an Envoy on this machine. */
  readonly tap?: string;
  /** Has the last word on the bootstrap: makes of it one with what the harness has no option for. */
  readonly amend?: (config: JsonObject) => JsonObject;
  /** Milliseconds until Envoy must be ready; 60,000 when absent. */
  readonly startTimeoutMs?: number;
}

/** How Envoy ended. */
export interface EnvoyExit {
  /** Exit status; null if a signal ended it, or unknown. */
  readonly status: number | null;
  /** The signal that ended it, where that is known. */
  readonly signal?: NodeJS.Signals;
}

/** An Envoy that accepts requests. */
export interface RunningEnvoy extends AsyncDisposable {
  readonly installation: EnvoyInstallation;
  /** Host name under which this machine reaches Envoy. */
  readonly host: string;
  readonly listenerPort: number;
  /** Port of the listener with the network filters, if the topology has such. */
  readonly tcpPort?: number;
  readonly adminPort: number;
  /** Base URL of the listener, without a slash at the end. */
  readonly url: string;
  /** Process id, for a native Envoy. */
  readonly pid?: number;
  readonly admin: EnvoyAdmin;
  /** Lines that modules logged, oldest first (the latest 50,000). */
  readonly logs: readonly LogLine[];
  /** Everything that Envoy printed, oldest first (the latest 50,000 lines). */
  readonly output: readonly string[];
  /** Resolves when Envoy ends, for whatever reason. */
  readonly exited: Promise<EnvoyExit>;
  /**
   * Gives a filter a new plugin configuration. The old one keeps serving if the new one is refused.
   *
   * @throws {Error} if Envoy was not started `reloadable`, has no such filter, or does not react in time
   */
  updateFilter(name: string, config: unknown): Promise<UpdateResult>;
  /** Replaces a filter by one of the same name: another configuration, module (read anew), environment. */
  replaceFilter(filter: FilterSpec): Promise<UpdateResult>;
  /**
   * Waits for an answer that comes through a worker.
   *
   * @throws {EnvoyEndedError} in the place of the answer's own error, if Envoy has ended by itself
   * @throws {WorkerHangError} if a worker of Envoy does not answer any more
   */
  watch<T>(answer: Promise<T>): Promise<T>;
  /** Ends Envoy and removes what was made for it; a second call waits for the first. */
  stop(): Promise<void>;
}

/** The filters of all chains, and the stat sinks. */
export function allFilters({
  filters,
  networkFilters = [],
  statSinks = [],
}: Topology): readonly FilterSpec[] {
  return [...filters, ...networkFilters, ...statSinks];
}

/** Whether an upstream runs on the machine of the harness. */
export function isOnThisMachine(host: string | undefined): boolean {
  return host === undefined || ["localhost", "127.0.0.1", "::1", "0.0.0.0"].includes(host);
}

/** Command-line arguments that both drivers give Envoy. */
export function commonArguments(options: StartOptions): string[] {
  return [
    "--concurrency",
    String(options.topology.workers),
    "--log-level",
    "info",
    "--component-log-level",
    `wasm:${options.logLevel ?? "info"}`,
    // Without these, what a module logs could pass for a line of Envoy, and two Envoys would share memory.
    "--log-format-escaped",
    "--disable-hot-restart",
  ];
}
