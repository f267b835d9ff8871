import type { Status } from "../abi/index.ts";
import type { BorderCall } from "../model/calls.ts";
import type { Recording } from "./calls.ts";
import type { Histogram } from "../model/histogram.ts";
import type { HttpVersion } from "../model/exchange.ts";
import type {
  ConfigType,
  FailurePolicy,
  HeaderList,
  HttpRequest,
  LogLevel,
  LogLine,
  Metadata,
  NodeSpec,
  RouteSpec,
  UpdateResult,
} from "../model/index.ts";

/** Headers of a request under test: an object for the common case, a list where order or repetition matters. */
export type HeadersInit = Readonly<Record<string, string>> | HeaderList;

/** A body that is known as a whole, text as UTF-8, or comes in pieces, with pauses where the test likes. */
export type BodyInit = string | Uint8Array | AsyncIterable<string | Uint8Array>;

/** How a request begins; everything has a default (GET, no headers, authority "example.test", HTTP/1.1). */
export interface OpenOptions {
  readonly method?: string;
  readonly authority?: string;
  /** In a list, order and repetition go as they are. */
  readonly headers?: HeadersInit;
  /** A METADATA frame behind the headers; only in suites with `http2Metadata`. */
  readonly metadata?: HeadersInit;
  /** Version of HTTP between client and proxy. */
  readonly http?: HttpVersion;
  /** Address and port of the client ("203.0.113.7:5000", "[2001:db8::7]:5000"), whoever connects. */
  readonly source?: string;
  /** Which worker takes the request; the emulator only, Envoy chooses itself. Default: in turn. */
  readonly worker?: number;
}

/** What `fetch` sends. */
export interface FetchOptions extends OpenOptions {
  readonly body?: BodyInit;
  readonly trailers?: HeadersInit;
  /** Lets the client give up: `fetch` rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What `fetch` sends when the body is known as a whole. */
export interface WholeFetchOptions extends FetchOptions {
  readonly body?: string | Uint8Array;
}

/** What came back, and where it went. */
export interface FetchResult {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
  /** None when the response had no trailers. */
  readonly trailers: HeaderList;
  /** Value of `name`, repeated ones joined by ", "; null when absent. */
  header(name: string): string | null;
  /** The body as UTF-8. */
  text(): string;
  /** Name of the upstream that answered and the request as it arrived there; null when the filters answered. */
  readonly upstream: { readonly name: string; readonly request: UpstreamRequest } | null;
}

/** A request as it reached an upstream. */
export interface UpstreamRequest extends HttpRequest {
  /** Value of `name`, repeated ones joined by ", "; null when absent. */
  header(name: string): string | null;
}

/** Status and headers of a response whose body may still be on its way. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: HeaderList;
  /** Value of `name`, repeated ones joined by ", "; null when absent. */
  header(name: string): string | null;
}

/** A request and its response while they are under way. */
export interface HttpStream {
  /** Sends a piece of the body: text (UTF-8) or bytes. After the end of the response it is dropped. */
  send(data: string | Uint8Array): Promise<void>;
  /** Ends the request. */
  finish(trailers?: HeadersInit): Promise<void>;
  /** The client goes: it closes the connection (HTTP/1.1) or resets the stream (HTTP/2). */
  abort(): Promise<void>;
  /** Status and headers, as soon as they have come; rejects when none will. */
  readonly head: Promise<ResponseHead>;
  /** Takes the next `size` bytes of the response's body, as UTF-8, and waits for them; rejects when fewer come. */
  read(size: number): Promise<string>;
  /** The whole response; rejects when it breaks off, and after `abort`. */
  readonly response: Promise<FetchResult>;
}

/** What goes wrong with an answer: it never comes, or its body never ends; or the connection breaks off, before the status or in the body. */
export type Fault = "hang" | "hang-in-body" | "reset" | "reset-in-body";

/** How an upstream answers; everything has a default (200, no headers, the double's name, at once). */
export interface UpstreamReply {
  readonly status?: number;
  readonly headers?: HeadersInit;
  readonly body?: BodyInit;
  readonly trailers?: HeadersInit;
  /** A METADATA frame behind the headers; only in suites with `http2Metadata`. */
  readonly metadata?: HeadersInit;
  /** How long it takes, on the host's clock ("200ms"): in the emulator, until the test lets that time pass. */
  readonly delay?: string;
  /** In a body: after what `body` says. */
  readonly fault?: Fault;
}

/** An exchange that reached an upstream, and its server's end of it. */
export interface UpstreamCall extends Pick<HttpRequest, "method" | "path" | "authority" | "headers"> {
  /** Whether more can come: "ended" is the request's regular end, "cancelled" that the proxy gave up, even later. */
  readonly state: "open" | "ended" | "cancelled";
  /** Value of `name`, repeated ones joined by ", "; null when absent. */
  header(name: string): string | null;
  /** Takes the next `size` bytes of the request's body, as UTF-8, and waits for them; rejects when fewer come. */
  read(size: number): Promise<string>;
  /** Resolves with the whole request when it is complete; rejects when it never will be. */
  ended(): Promise<UpstreamRequest>;
  /** Resolves when the proxy has given the exchange up. */
  cancelled(): Promise<void>;
  /** Sends status and headers. */
  start(status: number, headers?: HeadersInit): void;
  /** Sends a piece of the body; after a status of 200 if there was none. */
  send(data: string | Uint8Array): void;
  /** Ends the response. */
  finish(trailers?: HeadersInit): void;
  /** Breaks the exchange off. */
  reset(): void;
}

/** How a gRPC double answers; everything has a default (status 0, the double's name, nothing else). */
export interface GrpcAnswer {
  /** The one message of an answer with status 0. */
  readonly message?: string | Uint8Array;
  readonly metadata?: HeadersInit;
  readonly status?: number;
  readonly statusMessage?: string;
  readonly trailers?: HeadersInit;
}

/** A gRPC call that reached an upstream, and its server's end of it. */
export interface GrpcUpstreamCall {
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly authority: string;
  readonly headers: HeaderList;
  /** What has come so far. */
  readonly messages: readonly Uint8Array[];
  /** Whether more can come: "ended" is the client's regular end, "cancelled" that it, or the network, gave up. */
  readonly state: "open" | "ended" | "cancelled";
  /** Value of `name`, repeated ones joined by ", "; null when absent. */
  header(name: string): string | null;
  /** The messages so far as UTF-8. */
  texts(): string[];
  /** Resolves when `count` messages have come; rejects when no more can. */
  received(count: number): Promise<void>;
  /** Resolves when no more can come. */
  ended(): Promise<void>;
  /** Resolves when the call is cancelled. */
  cancelled(): Promise<void>;
  sendMetadata(metadata: HeadersInit): void;
  /** Sends messages, several in one piece of the stream. */
  send(...messages: (string | Uint8Array)[]): void;
  /** Ends the call with a status, 0 unless it says otherwise. */
  end(answer?: Pick<GrpcAnswer, "status" | "statusMessage" | "trailers">): void;
  /** Answers with an HTTP status other than 200 in place of a gRPC response. */
  refuse(httpStatus: number): void;
  /** Resets the call. */
  reset(): void;
  /** Breaks the connection off. */
  disconnect(): void;
}

/** An answer, or what makes one of the whole request; a function that fails breaks the exchange off. */
export type ReplyInit =
  UpstreamReply | ((request: UpstreamRequest) => UpstreamReply | Promise<UpstreamReply>);

/**
 * A stand-in for the service behind a cluster. Where a route leads there it answers 200 with its own name until told
 * otherwise; a cluster that only callouts reach has no answer of its own, and a request for which there is none fails
 * the test.
 */
export interface UpstreamDouble {
  readonly name: string;
  /** Every request that has come whole since the test began, oldest first. */
  readonly requests: readonly UpstreamRequest[];
  /** Every exchange since the test began, oldest first, from its head on. */
  readonly calls: readonly UpstreamCall[];
  /** Sets the answer to all requests from now on. */
  reply(reply: ReplyInit): void;
  /** Sets the answer to the next request; called again, to the one after it. Then the answer to all is in force. */
  replyOnce(reply: ReplyInit): void;
  /** Takes all exchanges from now on into the hands of a function, from their heads on; resets one by failing. */
  serve(handler: (call: UpstreamCall) => void | Promise<void>): void;
  /** Every gRPC call since the test began, oldest first; only of clusters that the suite names as `grpc`. */
  readonly grpcCalls: readonly GrpcUpstreamCall[];
  /**
   * Sets the answer to gRPC calls from now on. An object is given when the client has ended its side; a function has the
   * call in its hands, and resets it by failing.
   */
  replyGrpc(answer: GrpcAnswer | ((call: GrpcUpstreamCall) => void | Promise<void>)): void;
}

/** One end of a TCP connection: the client's, or that of the service behind the proxy. */
export interface TcpConnection {
  /** Sends text (UTF-8) or bytes. */
  send(data: string | Uint8Array): Promise<void>;
  /** Has sent all (FIN); goes on receiving. */
  finish(): Promise<void>;
  /** Breaks off (RST). */
  abort(): Promise<void>;
  /** Takes the next `size` bytes, as UTF-8, and waits for them; rejects when the connection is over before. */
  read(size: number): Promise<string>;
  /** What has come and was not yet taken. */
  readonly received: string;
  /** Resolves when the other end has sent all, or broke off. */
  readonly ended: Promise<"end" | "reset">;
}

/** A stand-in for the TCP service behind the network filters. */
export interface TcpUpstreamDouble {
  /** Number of connections since the test began. */
  readonly connections: number;
  /** The next connection; waits for it. */
  accept(): Promise<TcpConnection>;
  /** Sends back what comes, for the rest of the test, in place of `accept`. */
  echo(): void;
}

/** Time as the filters see it. */
export interface TestClock {
  /** Nanoseconds since 1970-01-01 UTC. */
  now(): bigint;
  /** Lets time pass ("200ms", "1.5s"): at once in the emulator, by waiting on a real host. */
  advance(duration: string): Promise<void>;
}

/** A filter trapped: its VM is gone, and with it what it kept. */
export interface FilterTrap {
  /** "" where the host does not say. */
  readonly plugin: string;
  /** The function that the host had called. */
  readonly function: string;
  readonly message: string;
}

/** Which calls of a host function fail. */
export interface FaultOptions {
  /** How many; 1 when absent. */
  readonly times?: number;
  /** How many are made before; none when absent. */
  readonly after?: number;
  /** Asked of each call in the emulator; a real Envoy cannot ask. */
  readonly when?: (call: BorderCall) => boolean;
}

/** One proxy with the filters under test: the emulator or a real Envoy, with the same answers. */
export interface TestHost {
  readonly kind: "emulator" | "envoy" | "container";
  /** Sends a request and waits for the whole response; rejects when there is none, or only a part of it. */
  fetch(path: string, options?: FetchOptions): Promise<FetchResult>;
  /** Begins a request whose messages are sent and read piece by piece. What is left open ends with the test. */
  open(path: string, options?: OpenOptions): HttpStream;
  /** The double behind cluster `name`, which the suite names: in a route, in `clusters` or in `grpc`. */
  upstream(name: string): UpstreamDouble;
  /** Connects to the listener with the network filters. */
  connect(): Promise<TcpConnection>;
  /** The double behind the network filters. */
  readonly tcpUpstream: TcpUpstreamDouble;
  readonly clock: TestClock;
  /** What modules logged since the test began. */
  readonly logs: readonly LogLine[];
  /** Value of one of the {@link stats}; 0 when it was never written. */
  metric(name: string): Promise<number>;
  /**
   * All counters and gauges that filters defined, by the names they gave, and Envoy's count of what became of reloads
   * (`wasm.<filter>.vm_reload_success`, `_failure`, `_backoff`): those of which `pattern` matches the name, over all workers.
   */
  stats(pattern?: RegExp): Promise<Readonly<Record<string, number>>>;
  /**
   * What filters recorded in the histogram of that name, over all workers; without values if there is none. A real
   * Envoy rejects in suites with stat sinks: it hands its statistics out to them, every `statsFlushInterval`, and to nobody else.
   */
  histogram(name: string): Promise<Histogram>;
  /**
   * Runs `action` and records the calls between host and filters meanwhile. On Envoy `wasm` is logged at level trace for
   * that time: arguments are numbers without the texts behind them, filters see that log level, and calls right
   * after the response (`proxy_on_done`) can be missing. Rejects as `action` does.
   */
  record<T>(action: () => Promise<T>): Promise<Recording<T>>;
  /** Resolves when requests are over, as far as they end by themselves, and what was logged of them is in `logs`. */
  settled(): Promise<void>;
  /** Traps of filters since the test began. */
  readonly traps: readonly FilterTrap[];
  /**
   * Pages of linear memory (64 KiB) of each VM that there is now, on all threads. Rejects where nobody can see them: an
   * Envoy in a container, or on another system than Linux.
   */
  memoryPages(): Promise<readonly number[]>;
  /**
   * Makes the next calls of a host function fail with `status`, before the host does anything. The suite names the
   * function in `faults`. A fault that has not happened when the test ends fails it.
   *
   * @throws RangeError (rejects) for what is no function of the ABI, or none that the suite names
   */
  failNext(name: string, status: Status, options?: FaultOptions): Promise<void>;
  /** Gives a running filter a new configuration; refused ones leave the old one in force. */
  updateFilter(name: string, config: unknown): Promise<UpdateResult>;
}

/** One filter of the chain under test. */
export interface FilterUnderTest {
  /** A product filter by name, a filter's entry file (`.ts`, below the workspace), or a module (`.wasm`). */
  readonly filter: string;
  /** Name of the instance; default: that of the filter. */
  readonly name?: string;
  readonly config?: unknown;
  /** Whether the configuration arrives as text, which is the default, or as the binary of a `google.protobuf.Struct`. */
  readonly configType?: ConfigType;
  readonly rootId?: string;
  readonly vmId?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** VM configuration: a JSON value, or the exact text. */
  readonly vmConfig?: unknown;
  /** The only functions of the ABI that the module may call and be called by; absent: all. */
  readonly capabilities?: readonly string[];
  /** Body hooks run while the headers' hook has paused. */
  readonly allowOnHeadersStopIteration?: boolean;
  /** What becomes of requests after the module trapped; default "closed". */
  readonly failurePolicy?: FailurePolicy;
  /** How long "reload" waits at least between two VMs; default "1s". */
  readonly reloadBackoff?: string;
}

/** What a suite runs on. Defaults: every request goes to upstream "stable", 1 worker. */
export interface SuiteOptions {
  readonly filters: readonly FilterUnderTest[];
  /** Network filters before a TCP proxy, on a listener of their own. */
  readonly networkFilters?: readonly FilterUnderTest[];
  /** Stat sinks, which get the statistics every `statsFlushInterval`. */
  readonly statSinks?: readonly FilterUnderTest[];
  /** Default "5s", as in Envoy. */
  readonly statsFlushInterval?: string;
  /** A route's `metadata` is what filters read as `xds.route_metadata`. */
  readonly routes?: readonly RouteSpec[];
  /** Dynamic metadata of every request, by namespace, before the first filter sees it. */
  readonly dynamicMetadata?: Metadata;
  /** What filters read as `xds.node`; id and cluster are "sidecraft" unless it says otherwise. */
  readonly node?: NodeSpec;
  /** Clusters that no route leads to: filters call them, and each test says what they answer. */
  readonly clusters?: readonly string[];
  /** Clusters that speak gRPC (HTTP/2); no route need lead there. */
  readonly grpc?: readonly string[];
  /** Clusters with an address where nobody listens, for gRPC and for HTTP. */
  readonly unreachable?: readonly string[];
  /** Requests and responses travel over HTTP/2, where they can carry metadata. */
  readonly http2Metadata?: boolean;
  readonly workers?: number;
  /** Host functions that tests make fail, see `failNext`; for a real Envoy the modules' imports of them are wrapped. */
  readonly faults?: readonly string[];
  /** The lowest level that modules log at; default info. */
  readonly logLevel?: LogLevel;
  /** What the suite tests no Envoy can show; the run says how many such tests there were. */
  readonly onlyEmulator?: boolean;
  /** The suite is about traps: they do not fail its tests. */
  readonly mayTrap?: boolean;
}
