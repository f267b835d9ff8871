import type { HttpVersion, RequestHead, ResponseListener } from "../../model/exchange.ts";
import type { HeaderList, RouteSpec } from "../../model/index.ts";
import { StreamResetError } from "../errors.ts";
import { Body } from "../headers/body.ts";
import { HeaderMap } from "../headers/header-map.ts";
import { INLINE_REQUEST_TRAILER, INLINE_TRAILER } from "../headers/inline.ts";
import type { Host } from "../host.ts";
import { FilterState } from "../properties/filter-state.ts";
import type { Context } from "../vm/context.ts";
import { Client } from "./client.ts";
import { Direction } from "./direction.ts";
import { Stop, StreamFilter, type FilterInstance } from "./filter.ts";
import { incomingHeaders, isBodiless, upstreamHeaders } from "./intake.ts";
import { isGrpcRequest, plainReply, renderLocalReply, type LocalReply } from "./local-reply.ts";
import { matchRoute, Router } from "./router.ts";

/** How a stream begins. */
export interface StreamOptions {
  readonly host: Host;
  readonly routes: readonly RouteSpec[];
  readonly filters: readonly FilterInstance[];
  readonly request: RequestHead;
  readonly http: HttpVersion;
  /** Hears of the response, but for its end: see `onEnd`. */
  readonly client: Pick<ResponseListener, "head" | "metadata" | "data">;
  readonly connectionId: number;
  /** Address and port, joined with a colon. */
  readonly sourceAddress: string;
  /** Called once, when on_log, on_done and on_delete have run. */
  readonly onEnd: (end: StreamEnd) => void;
}

/** How a stream ended. */
export type StreamEnd =
  | { readonly trailers: HeaderList; readonly details: string; readonly cluster: string | undefined }
  | { readonly error: Error };

/** One request and its response on their way through the chain (Envoy 1.40: FilterManager and ActiveStream). */
export class HttpStream {
  readonly host: Host;
  readonly http: HttpVersion;
  readonly requestHeaders: HeaderMap;
  readonly isHead: boolean;
  readonly connectionId: number;
  readonly sourceAddress: string;
  readonly startTime: bigint;
  readonly filterState = new FilterState();
  readonly filters: readonly StreamFilter[];
  requestTrailers: HeaderMap | undefined;
  responseHeaders: HeaderMap | undefined;
  responseTrailers: HeaderMap | undefined;
  /** Response code details. */
  details = "";
  /** The route as far as it is known; stale after header changes until the router looks again. */
  route: RouteSpec | undefined;
  upstreamStart: bigint | undefined;
  endTime: bigint | undefined;
  /** Number of request body bytes that have come from the client. */
  requestBodyBytes = 0;
  /** Greater than 0 while a decode hook is being finished: local replies wait for its end. */
  decodeDepth = 0;
  /** How many bytes of body the client has announced; the last of them come with the end in HTTP/2. */
  readonly #length: number | undefined;
  readonly #metadata: HeaderList | undefined;
  readonly #routes: readonly RouteSpec[];
  readonly #onEnd: (end: StreamEnd) => void;
  readonly #decode: Direction;
  readonly #encode: Direction;
  readonly #router: Router;
  readonly #client: Client;
  readonly #isGrpc: boolean;
  #isRouteFresh = true;
  #prepared: LocalReply | undefined;
  #isRequestComplete = false;
  /** Whether the response has a body or trailers, and more of it can come. */
  #isResponseOpen = false;
  #isOver = false;

  constructor(options: StreamOptions) {
    this.host = options.host;
    this.http = options.http;
    this.#length = options.request.length;
    this.#metadata = options.request.metadata;
    this.connectionId = options.connectionId;
    this.sourceAddress = options.sourceAddress;
    this.startTime = options.host.clock.now();
    this.isHead = options.request.method === "HEAD";
    this.requestHeaders = incomingHeaders(
      options.request,
      options.http,
      options.host.random,
      options.sourceAddress,
    );
    this.#isGrpc = isGrpcRequest(this.requestHeaders.get("content-type"));
    this.#routes = options.routes;
    this.#onEnd = options.onEnd;
    this.route = matchRoute(this.#routes, this.requestHeaders);
    this.filters = options.filters.map((instance) => new StreamFilter(instance));
    this.#router = new Router(this);
    this.#client = new Client(this, options.client);
    this.#decode = new Direction(this, 0, this.filters, this.#router);
    this.#encode = new Direction(this, 1, this.filters.toReversed(), this.#client);
  }

  /** Whether a response has begun, from upstream or a local one. */
  get hasResponse(): boolean {
    return this.responseHeaders !== undefined || this.#isOver;
  }

  /** Whether nothing can come any more: on_log, on_done and on_delete are what is left. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Number of response body bytes that went to the client. */
  get responseBodyBytes(): number {
    return this.#client.bodyBytes;
  }

  /** Receives the head of the request. */
  start(): void {
    const metadata = this.#metadata;
    this.#isRequestComplete = this.#length === 0 && metadata === undefined;
    this.#decode.sendHeaders(this.requestHeaders, this.#isRequestComplete);
    if (metadata) this.#decode.sendMetadata(metadata);
  }

  /** Receives a piece of the request's body. */
  receiveRequestData(bytes: Uint8Array): void {
    if (this.#isRequestComplete || bytes.length === 0) return;
    this.requestBodyBytes += bytes.length;
    this.#decode.sendData(new Body(bytes), false);
  }

  /**
   * Receives the end of the request. HTTP/1.1 tells of it after the last bytes; so does HTTP/2 unless the client
   * knew that they are the last.
   */
  receiveRequestEnd(last: Uint8Array = new Uint8Array(), trailers: HeaderList = []): void {
    if (this.#isRequestComplete) return;
    const isOnePiece = this.http === 2 && this.#length !== undefined && trailers.length === 0;
    if (!isOnePiece) this.receiveRequestData(last);
    this.#isRequestComplete = true;
    if (trailers.length > 0) {
      this.requestTrailers = new HeaderMap(INLINE_REQUEST_TRAILER);
      this.requestTrailers.assign(trailers);
      return this.#decode.sendTrailers(this.requestTrailers);
    }
    if (isOnePiece) this.requestBodyBytes += last.length;
    this.#decode.sendData(new Body(isOnePiece ? last : undefined), true);
  }

  /** Receives status and headers from the cluster. @param length how many bytes follow; undefined: not known */
  receiveHead(status: number, fields: HeaderList, length: number | undefined): void {
    if (this.hasResponse) return;
    this.details = "via_upstream";
    const elapsed = this.upstreamStart === undefined ? undefined : this.host.clock.now() - this.upstreamStart;
    const headers = upstreamHeaders(status, fields, length, this.isHead, elapsed);
    this.responseHeaders = headers;
    this.#isResponseOpen = length !== 0 && !isBodiless(status, this.isHead);
    this.#encode.sendHeaders(headers, !this.#isResponseOpen);
  }

  /** Receives a METADATA frame from the cluster. */
  receiveMetadata(metadata: HeaderList): void {
    if (this.#isResponseOpen) this.#encode.sendMetadata(metadata);
  }

  /** Receives a piece of the cluster's body. */
  receiveData(bytes: Uint8Array, end: boolean): void {
    if (!this.#isResponseOpen) return;
    this.#isResponseOpen = !end;
    this.#encode.sendData(new Body(bytes), end);
  }

  /** Receives the cluster's trailers. */
  receiveTrailers(trailers: HeaderList): void {
    if (!this.#isResponseOpen) return;
    this.#isResponseOpen = false;
    this.responseTrailers = new HeaderMap(INLINE_TRAILER);
    this.responseTrailers.assign(trailers);
    this.#encode.sendTrailers(this.responseTrailers);
  }

  /**
   * Answers for the upstream (Envoy 1.40: FilterManager::sendLocalReply). Before any response it goes through
   * the encode hooks; while response headers are still in the chain it replaces them and skips the hooks;
   * later it can only reset the stream.
   */
  sendLocalReply(reply: LocalReply): void {
    if (this.#isOver) return;
    this.details = reply.details;
    if (this.decodeDepth > 0 && !this.responseHeaders) {
      // The first reply of a callback wins; a later one leaves only its details.
      this.#prepared ??= reply;
      return;
    }
    if (!this.responseHeaders) return this.#encodeLocalReply(reply);
    if (this.#client.isStarted) return this.reset(reply.details);
    this.#encode.isAborted = true;
    this.#decode.isAborted = true;
    const { headers, body } = renderLocalReply(reply, this.#isGrpc);
    this.responseHeaders = headers;
    const hasBody = body.length > 0 && !this.isHead;
    this.#client.headers(headers, !hasBody);
    if (hasBody) this.#client.data(new Body(body), true);
  }

  /** Sends the local reply that waited for the end of a decode hook. */
  sendPreparedReply(): void {
    const reply = this.#prepared;
    if (!reply || this.decodeDepth > 0) return;
    this.#prepared = undefined;
    this.#encodeLocalReply(reply);
  }

  /** Whether one direction rests at the filter of `context`. */
  isPaused(context: Context, direction: 0 | 1): boolean {
    const filter = this.#filterOf(context);
    return filter !== undefined && filter.flows[direction].stopped !== Stop.None;
  }

  /** Goes on after a pause (proxy_continue_stream). */
  resume(context: Context, direction: 0 | 1): void {
    const filter = this.#filterOf(context);
    if (filter && !this.#isOver) (direction === 0 ? this.#decode : this.#encode).resume(filter);
  }

  /** Makes the router look for the route again. */
  clearRouteCache(): void {
    this.#isRouteFresh = false;
  }

  /** The route for the request as it is now. */
  resolveRoute(): RouteSpec | undefined {
    if (!this.#isRouteFresh) this.route = matchRoute(this.#routes, this.requestHeaders);
    this.#isRouteFresh = true;
    return this.route;
  }

  /** Notes that the request is on its way to the cluster. */
  upstreamStarted(): void {
    this.upstreamStart = this.host.clock.now();
  }

  /** Takes trailers that a filter adds at the end of the body. @returns false if the message has some already */
  addTrailers(context: Context, direction: 0 | 1, trailers: HeaderMap): boolean {
    const filter = this.#filterOf(context);
    const existing = direction === 0 ? this.requestTrailers : this.responseTrailers;
    if (!filter || existing) return false;
    if (direction === 0) this.requestTrailers = trailers;
    else this.responseTrailers = trailers;
    filter.flows[direction].pendingTrailers = trailers;
    return true;
  }

  /** Answers that a buffered body is beyond the limit: 413 for requests, 500 or a reset for responses. */
  bodyTooLarge(direction: 0 | 1): void {
    if (direction === 0)
      this.sendLocalReply(plainReply(413, "request_payload_too_large", "Payload Too Large"));
    else this.sendLocalReply(plainReply(500, "response_payload_too_large", "Internal Server Error"));
  }

  /** The VM of a filter is dead: answers 503, once, unless the policy is to go on as if nothing had been. */
  failFilter(filter: StreamFilter): void {
    if (filter.hasFailed) return;
    filter.hasFailed = true;
    if (filter.instance.plugin.spec.failurePolicy === "fail_open") return;
    this.sendLocalReply({ ...plainReply(503, "wasm_fail_stream"), grpcStatus: 14 });
  }

  /**
   * The context of a filter if its hooks are to be called now. Envoy makes it at the request headers; a filter
   * that has not seen the request does not see the response either.
   */
  contextFor(filter: StreamFilter, kind: 0 | 1): Context | undefined {
    const { vm, root } = filter.instance;
    if (filter.hasFailed) return undefined;
    if (!vm || !root || vm.isFailed) {
      if (kind === 0 || filter.context) this.failFilter(filter);
      return undefined;
    }
    if (!filter.context && kind === 0) {
      filter.context = vm.createStreamContext(root, this);
      if (vm.isFailed) {
        this.failFilter(filter);
        return undefined;
      }
    }
    return filter.context;
  }

  /** The client is gone. */
  disconnect(): void {
    this.reset(this.http === 2 ? "http2.remote_reset" : "downstream_remote_disconnect");
  }

  /** Ends the stream without a (complete) response: close_stream, a client that is gone, a broken response. */
  reset(details: string): void {
    if (this.#isOver) return;
    this.details = details;
    this.#finish({ error: new StreamResetError(details) });
  }

  /** Ends the stream with a complete response. */
  complete(trailers: HeaderList): void {
    if (this.#isOver) return;
    const cluster = this.#router.isForwarding ? this.route?.cluster : undefined;
    this.#finish({ trailers, details: this.details, cluster });
  }

  /** Drops the stream without a word to the guest, because the emulation has failed. */
  abandon(error: Error): void {
    this.#close();
    this.#onEnd({ error });
  }

  #filterOf(context: Context): StreamFilter | undefined {
    return this.filters.find((candidate) => candidate.context === context);
  }

  #encodeLocalReply(reply: LocalReply): void {
    this.#decode.isAborted = true;
    this.#router.cancel();
    const { headers, body } = renderLocalReply(reply, this.#isGrpc);
    this.responseHeaders = headers;
    const hasBody = body.length > 0 && !this.isHead;
    this.#encode.sendHeaders(headers, !hasBody);
    if (hasBody) this.#encode.sendData(new Body(body), true);
  }

  #close(): void {
    this.#isOver = true;
    this.#decode.isAborted = true;
    this.#encode.isAborted = true;
    this.#router.cancel();
    this.endTime = this.host.clock.now();
  }

  /** on_log of every filter, then on_done and on_delete of each: Envoy 1.40's order for HTTP. */
  #finish(end: StreamEnd): void {
    this.#close();
    const maps = [this.requestHeaders, this.requestTrailers, this.responseHeaders, this.responseTrailers];
    for (const filter of this.filters) {
      const { vm, root } = filter.instance;
      if (!vm || !root || vm.isFailed) continue;
      filter.context ??= vm.createStreamContext(root, this);
      const { context } = filter;
      context.forgetPhases();
      context.logMaps = maps;
      if (!vm.isFailed) vm.callback(context, "proxy_on_log", context.id);
      context.logMaps = undefined;
    }
    for (const { context } of this.filters) context?.vm.endStreamContext(context);
    this.#onEnd(end);
  }
}
