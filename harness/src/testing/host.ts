import type {
  HeaderList,
  HttpRequest,
  HttpResponse,
  LogLevel,
  LogLine,
  RouteSpec,
  UpdateResult,
} from "../model/index.ts";

/** Headers of a request under test: an object for the common case, a list where order or repetition matters. */
export type HeadersInit = Readonly<Record<string, string>> | HeaderList;

/** What `fetch` sends; everything has a default (GET, no headers, no body, authority "example.test"). */
export interface FetchOptions {
  readonly method?: string;
  readonly authority?: string;
  readonly headers?: HeadersInit;
  readonly body?: string | Uint8Array;
  readonly trailers?: HeadersInit;
  /** Which worker takes the request; the emulator only, Envoy chooses itself. Default: in turn. */
  readonly worker?: number;
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

/** A stand-in for the service behind a cluster. Answers 200 with its own name until told otherwise. */
export interface UpstreamDouble {
  readonly name: string;
  /** Every request since the test began, oldest first. */
  readonly requests: readonly UpstreamRequest[];
  /** Sets the answer to all requests from now on; one that never comes leaves them waiting. */
  reply(
    response:
      | Partial<HttpResponse>
      | { status?: number; headers?: HeadersInit; body?: string }
      | ((request: UpstreamRequest) => Partial<HttpResponse> | Promise<Partial<HttpResponse>>),
  ): void;
}

/** Time as the filters see it. */
export interface TestClock {
  /** Nanoseconds since 1970-01-01 UTC. */
  now(): bigint;
  /** Lets time pass ("200ms", "1.5s"): at once in the emulator, by waiting on a real host. */
  advance(duration: string): Promise<void>;
}

/** One proxy with the filters under test: the emulator or a real Envoy, with the same answers. */
export interface TestHost {
  readonly kind: "emulator" | "envoy" | "container";
  fetch(path: string, options?: FetchOptions): Promise<FetchResult>;
  /** The double behind cluster `name`, which a route of the suite names. */
  upstream(name: string): UpstreamDouble;
  readonly clock: TestClock;
  /** What modules logged since the test began. */
  readonly logs: readonly LogLine[];
  /** Value of a metric that a filter defined, over all workers; 0 when it was never written. */
  metric(name: string): Promise<number>;
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
  readonly rootId?: string;
  readonly vmId?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** VM configuration: a JSON value, or the exact text. */
  readonly vmConfig?: unknown;
  /** The only functions of the ABI that the module may call and be called by; absent: all. */
  readonly capabilities?: readonly string[];
  /** Body hooks run while the headers' hook has paused. */
  readonly allowOnHeadersStopIteration?: boolean;
}

/** What a suite runs on. Defaults: every request goes to upstream "stable", 1 worker. */
export interface SuiteOptions {
  readonly filters: readonly FilterUnderTest[];
  readonly routes?: readonly RouteSpec[];
  readonly workers?: number;
  /** The lowest level that modules log at; default info. */
  readonly logLevel?: LogLevel;
  /** The suite is about traps: they do not fail its tests. */
  readonly mayTrap?: boolean;
}
