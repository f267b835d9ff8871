import type { BorderCall, CallSink } from "../model/calls.ts";
import {
  type HttpCallHandler,
  type HttpClientCall,
  type HttpVersion,
  type RequestHead,
  type ResponseListener,
} from "../model/exchange.ts";
import type { Histogram } from "../model/histogram.ts";
import type { GrpcHandler } from "../model/grpc.ts";
import type {
  ClusterHandler,
  HeaderList,
  HttpRequest,
  HttpResponse,
  LogLevel,
  LogLine,
  TcpSink,
  Topology,
  UpdateResult,
} from "../model/index.ts";
import { settle, VirtualClock } from "./clock.ts";
import { PluginRefusedError, StreamResetError } from "./errors.ts";
import type { CallTraceEntry, Host, Instrumentation, Trap } from "./host.ts";
import { LogSink } from "./logs.ts";
import { flushStats } from "./stat-sinks.ts";
import { PluginHost } from "./plugins.ts";
import { Random } from "./random.ts";
import { SharedData } from "./shared/data.ts";
import { MetricStore } from "./shared/metrics.ts";
import { SharedQueues } from "./shared/queues.ts";
import { HttpStream, type StreamEnd } from "./stream/stream.ts";
import { type Cluster, wholeCluster } from "./stream/upstream.ts";
import { TcpStream } from "./network/stream.ts";
import { LoadError, loadModule, type LoadedModule } from "./vm/module.ts";
import { Plugin } from "./vm/plugin.ts";

const START_OF_2026 = 1_767_225_600_000_000_000n;
const MEBIBYTE = 1024 * 1024;
const FIRST_CLIENT_PORT = 40_000;

/** What an emulated Envoy consists of. */
export interface EmulatorOptions {
  readonly topology: Topology;
  /** What answers whole requests to a cluster, or undefined if there is no such cluster. */
  readonly clusters: (cluster: string) => ClusterHandler | undefined;
  /** The same for clusters that answer piece by piece, "unreachable" where nobody listens; asked first. */
  readonly calls?: (cluster: string) => EmulatedCluster | "unreachable" | undefined;
  /** What answers gRPC calls to a cluster, "unreachable" where nobody listens; undefined if it does not speak HTTP/2. */
  readonly grpc?: (cluster: string) => GrpcHandler | "unreachable" | undefined;
  /** The upstream of the network filters: gets what receives its bytes, returns what sends to it. */
  readonly tcpUpstream?: (receiver: TcpSink) => TcpSink;
  /** Nanoseconds since the epoch at the start; default 2026-01-01T00:00:00Z. */
  readonly startTime?: bigint;
  /** Where random numbers (random_get, x-request-id) begin. */
  readonly seed?: number;
  /** Bytes of body that a filter may buffer; default 1 MiB. */
  readonly bufferLimit?: number;
  /** Variables that every VM sees, below the ones of its own. */
  readonly hostEnvironment?: Readonly<Record<string, string>>;
  /** Lowest level that is logged, which modules can ask for; default info. */
  readonly logLevel?: LogLevel;
  /** What changes modules and sees their instances. */
  readonly instrumentation?: Instrumentation;
  /** Sees each call of a host function, from the start on. */
  readonly callTrace?: (entry: CallTraceEntry) => void;
  /** Asked before each call of a host function: a status with which it is to fail, or undefined. */
  readonly fault?: (call: BorderCall) => number | undefined;
  /** Sees all calls of both directions, from the start on. */
  readonly watcher?: CallSink;
}

/** A cluster whose exchanges come piece by piece. */
export interface EmulatedCluster {
  readonly serve: HttpCallHandler;
  /** Speaks HTTP/2; HTTP/1.1 when absent. */
  readonly http2?: boolean;
}

/** How one request is sent. */
export interface FetchOptions {
  /** Which worker takes it; default: one after the other. */
  readonly worker?: number;
  /** Address and port of the client, joined with a colon. */
  readonly sourceAddress?: string;
  /** Version of HTTP, which shows in the shape of the end of a body; default 1.1. */
  readonly http?: HttpVersion;
  /** Lets the client close its connection. */
  readonly signal?: AbortSignal;
}

/** A response and what Envoy's access log says of it. */
export interface FetchResult extends HttpResponse {
  /** Response code details. */
  readonly details: string;
  /** The cluster that got the request. */
  readonly cluster?: string;
}

/**
 * A proxy-wasm host in this process that behaves as Envoy 1.40: same life cycle, same statuses, same quirks.
 * No sockets, no wall clock; the same input gives the same output.
 */
export class Emulator implements AsyncDisposable {
  readonly clock: VirtualClock;
  /** Every trap of a guest, so that tests can tell there were none. */
  readonly traps: readonly Trap[];
  /** Set at any time to see each call of a host function. */
  callTrace: ((entry: CallTraceEntry) => void) | undefined;
  /** Set at any time to see the calls of both directions. */
  watcher: CallSink | undefined;
  readonly #options: EmulatorOptions;
  readonly #log: LogSink;
  readonly #metrics = new MetricStore();
  readonly #random: Random;
  readonly #plugins: PluginHost;
  readonly #host: Host;
  readonly #streams = new Set<HttpStream>();
  readonly #tcpStreams = new Set<TcpStream>();
  #failure: Error | undefined;
  #connections = 0;
  #nextWorker = 0;
  #isDisposed = false;

  private constructor(options: EmulatorOptions) {
    this.#options = options;
    this.callTrace = options.callTrace;
    this.watcher = options.watcher;
    this.clock = new VirtualClock(options.startTime ?? START_OF_2026, () => this.#check());
    this.#log = new LogSink(options.logLevel ?? "info");
    this.#random = new Random(options.seed ?? 1);
    this.#host = this.#makeHost();
    this.traps = this.#host.traps;
    this.#plugins = new PluginHost(this.#host, options.topology.workers);
  }

  /**
   * Loads all filters and starts every VM.
   * @throws PluginRefusedError exactly where Envoy 1.40 would not start
   * @throws HostFunctionNotEmulated if a module needs at start what is not emulated
   */
  static async start(options: EmulatorOptions): Promise<Emulator> {
    const { workers } = options.topology;
    if (!Number.isInteger(workers) || workers < 1)
      throw new TypeError(`workers must be 1 or more, not ${workers}`);
    const emulator = new Emulator(options);
    try {
      await emulator.#load();
    } catch (error) {
      options.instrumentation?.ended();
      throw error;
    }
    return emulator;
  }

  /** Everything that modules have logged, in order. */
  get logs(): readonly LogLine[] {
    return this.#log.lines;
  }

  /** Calls `listener` for each further line. @returns what ends that */
  onLog(listener: (line: LogLine) => void): () => void {
    return this.#log.subscribe(listener);
  }

  /**
   * Sends a request through the chain. Resolves when the stream is completely over: on_log, on_done and
   * on_delete have run.
   * @throws StreamResetError if there is no complete response
   * @throws HostFunctionNotEmulated if a filter needs what is not emulated, then and from then on
   */
  fetch(request: HttpRequest, options: FetchOptions = {}): Promise<FetchResult> {
    return new Promise((resolve, reject) => {
      let status = 0;
      let headers: HeaderList = [];
      const pieces: Uint8Array[] = [];
      const client = {
        head: (...head: [number, HeaderList]) => void ([status, headers] = head),
        data: (bytes: Uint8Array) => void pieces.push(bytes),
      };
      const { body, trailers } = request;
      const head = trailers ? request : { ...request, length: body.length };
      const disconnect = (): void => this.#host.protect(() => stream.disconnect());
      const stream = this.#begin(head, client, options, (end) => {
        options.signal?.removeEventListener("abort", disconnect);
        const response = { status, headers, body: Buffer.concat(pieces) };
        if (!("error" in end)) return resolve(toResult(response, end));
        if (end.error instanceof StreamResetError && status > 0) end.error.partial = response;
        reject(end.error);
      });
      options.signal?.addEventListener("abort", disconnect);
      this.#host.protect(() => {
        stream.start();
        stream.receiveRequestEnd(body, trailers);
      });
      if (options.signal?.aborted) disconnect();
    });
  }

  /**
   * Begins a request whose messages come piece by piece.
   *
   * @param listener hears of the response; of its end when on_log, on_done and on_delete have run
   * @returns what sends the rest of the request, seen by the filters outside of this call
   */
  open(head: RequestHead, listener: ResponseListener, options: FetchOptions = {}): HttpClientCall {
    const stream = this.#begin(head, listener, options, (end) => {
      if (!("error" in end)) listener.end(end.trailers);
      else if (!isAborted) listener.cancel(end.error);
    });
    let isAborted = false;
    this.#host.post(() => stream.start());
    return {
      send: (bytes) => this.#host.post(() => stream.receiveRequestData(bytes)),
      end: (last, trailers) => this.#host.post(() => stream.receiveRequestEnd(last, trailers)),
      abort: () => {
        isAborted = true;
        this.#host.post(() => stream.disconnect());
      },
    };
  }

  #begin(
    request: RequestHead,
    client: Pick<ResponseListener, "head" | "data">,
    { worker, sourceAddress, http = 1 }: FetchOptions,
    onEnd: (end: StreamEnd) => void,
  ): HttpStream {
    this.#check();
    const chain = this.#plugins.acquire(this.#takeWorker(worker), this.#plugins.filters);
    const connectionId = this.#connections++;
    const stream: HttpStream = new HttpStream({
      host: this.#host,
      routes: this.#options.topology.routes,
      filters: chain,
      request,
      http,
      client,
      connectionId,
      sourceAddress: sourceAddress ?? clientAddress(connectionId),
      onEnd: (end) => {
        this.#streams.delete(stream);
        if (!this.#failure) this.#plugins.release(chain);
        onEnd(end);
      },
    });
    this.#streams.add(stream);
    return stream;
  }

  /**
   * Connects to the listener with the network filters.
   *
   * @param client what receives the upstream's bytes
   * @returns what sends to the upstream; the connection goes on outside of this call
   * @throws RangeError if the topology has no network filters, or there is no such worker
   */
  connect(client: TcpSink, options: { readonly worker?: number } = {}): TcpSink {
    this.#check();
    const { tcpUpstream, topology } = this.#options;
    if (!topology.networkFilters || !tcpUpstream) throw new RangeError("there is no listener for TCP");
    const chain = this.#plugins.acquire(this.#takeWorker(options.worker), this.#plugins.networkFilters);
    const connectionId = this.#connections++;
    const stream: TcpStream = new TcpStream({
      host: this.#host,
      filters: chain,
      connectionId,
      sourceAddress: clientAddress(connectionId),
      client,
      connect: tcpUpstream,
      onEnd: () => {
        this.#tcpStreams.delete(stream);
        this.#plugins.release(chain);
      },
    });
    this.#tcpStreams.add(stream);
    this.#host.post(() => stream.start());
    return stream.fromClient;
  }

  /**
   * Gives a filter a new configuration as Envoy 1.40 does it: checked in a canary VM, then new root contexts
   * in the same VMs; old roots end with their last stream. If it is refused, the old one keeps serving.
   * @throws RangeError if there is no filter of that name
   */
  async updateFilter(name: string, config: unknown): Promise<UpdateResult> {
    this.#check();
    const filter = this.#plugins.filters.find((candidate) => candidate.plugin.name === name);
    if (!filter) throw new RangeError(`there is no filter ${JSON.stringify(name)}`);
    let result: UpdateResult | undefined;
    this.#host.protect(() => (result = this.#plugins.update(filter, config)));
    this.#check();
    return result as UpdateResult;
  }

  /**
   * Custom metrics by Envoy's name, `wasmcustom.` in front, of which histograms say how many values they got; and what became
   * of reloads (`wasm.<plugin>.vm_reload_success`, `_failure` and `_backoff`).
   */
  stats(): ReadonlyMap<string, number> {
    return new Map([...this.#metrics.snapshot(), ...this.#plugins.stats]);
  }

  /** The counters and gauges among the {@link stats}. */
  levels(): ReadonlyMap<string, number> {
    return new Map([...this.#metrics.levels(), ...this.#plugins.stats]);
  }

  /** What filters recorded in the histogram to which they gave this name. */
  histogram(name: string): Histogram {
    return this.#metrics.histogram(name);
  }

  /** Bytes of linear memory of each VM on the main thread and the workers; it never shrinks. */
  memorySizes(): number[] {
    return this.#plugins.memorySizes();
  }

  /** Ends everything: streams that still run are reset, root contexts get on_done and on_delete. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    await settle();
    for (const stream of this.#streams) this.#host.protect(() => stream.reset("shutdown"));
    for (const stream of this.#tcpStreams) this.#host.protect(() => stream.close());
    if (!this.#failure) this.#host.protect(() => this.#plugins.shutdown());
    this.#options.instrumentation?.ended();
  }

  async #load(): Promise<void> {
    const { topology, instrumentation } = this.#options;
    const { filters, networkFilters = [], statSinks = [], statsFlushInterval } = topology;
    const modules = new Map<string, LoadedModule>();
    const plugins = this.#plugins;
    const inChain = (chain: typeof plugins.filters) => (plugin: Plugin) => plugins.add(plugin, chain);
    const places = [
      ...filters.map((spec) => ({ spec, add: inChain(plugins.filters) })),
      ...networkFilters.map((spec) => ({ spec, add: inChain(plugins.networkFilters) })),
      ...statSinks.map((spec) => ({ spec, add: (plugin: Plugin) => plugins.addStatSink(plugin) })),
    ];
    for (const { spec, add } of places) {
      const refuse = (reason: string): PluginRefusedError =>
        new PluginRefusedError(spec.name, reason, this.logs);
      try {
        const module = modules.get(spec.wasmPath) ?? (await loadModule(spec.wasmPath, instrumentation));
        modules.set(spec.wasmPath, module);
        const reason = add(new Plugin(spec, module, spec.config));
        if (reason !== undefined) throw refuse(reason);
      } catch (error) {
        if (error instanceof LoadError) throw refuse(error.message);
        throw error;
      }
    }
    plugins.startWorkers();
    if (plugins.statSinks.length > 0) flushStats(this.#host, plugins.statSinks, statsFlushInterval);
  }

  #makeHost(): Host {
    const callTrace = (): Emulator["callTrace"] => this.callTrace;
    const watcher = (): Emulator["watcher"] => this.watcher;
    return {
      clock: this.clock,
      log: this.#log,
      random: this.#random,
      sharedData: new SharedData(),
      queues: new SharedQueues(),
      metrics: this.#metrics,
      traps: [],
      environment: this.#options.hostEnvironment,
      bufferLimit: this.#options.bufferLimit ?? MEBIBYTE,
      node: this.#options.topology.node ?? {},
      dynamicMetadata: this.#options.topology.dynamicMetadata,
      instrumentation: this.#options.instrumentation,
      get callTrace() {
        return callTrace();
      },
      fault: this.#options.fault,
      get watcher() {
        return watcher();
      },
      cluster: this.#clusters,
      grpc: this.#options.grpc ?? (() => undefined),
      post: (task) => queueMicrotask(() => this.#host.protect(task)),
      protect: (task) => {
        if (this.#failure) return;
        try {
          task();
        } catch (error) {
          this.#fail(error as Error);
        }
      },
    };
  }

  readonly #clusters = (name: string): Cluster | undefined => {
    const { calls, clusters } = this.#options;
    const cluster = calls?.(name);
    if (cluster === "unreachable") return { http2: false, serve: (exchange) => exchange.refuse() };
    if (cluster) return { http2: cluster.http2 ?? false, serve: cluster.serve };
    const handler = clusters(name);
    return handler && wholeCluster(handler);
  };

  #fail(error: Error): void {
    this.#failure = error;
    for (const stream of this.#streams) stream.abandon(error);
    for (const stream of this.#tcpStreams) stream.abandon();
  }

  #takeWorker(wanted: number | undefined): number {
    const worker = wanted ?? this.#nextWorker++ % this.#plugins.workers;
    if (!(worker >= 0 && worker < this.#plugins.workers))
      throw new RangeError(`there is no worker ${worker}`);
    return worker;
  }

  #check(): void {
    if (this.#failure) throw this.#failure;
    if (this.#isDisposed) throw new Error("the emulator has been disposed of");
  }
}

function clientAddress(connectionId: number): string {
  return `127.0.0.1:${FIRST_CLIENT_PORT + (connectionId % 20_000)}`;
}

function toResult(
  response: HttpResponse,
  { trailers, details, cluster }: Exclude<StreamEnd, { readonly error: Error }>,
): FetchResult {
  return {
    ...response,
    ...(trailers.length > 0 && { trailers }),
    details,
    ...(cluster !== undefined && { cluster }),
  };
}
