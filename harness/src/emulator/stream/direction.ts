import { DataAction, HeadersAction } from "../../abi/index.ts";
import type { HeaderList } from "../../model/index.ts";
import { Body } from "../headers/body.ts";
import type { HeaderMap } from "../headers/header-map.ts";
import type { Context } from "../vm/context.ts";
import { Stop, type FlowState, type StreamFilter } from "./filter.ts";
import type { HttpStream } from "./stream.ts";

/** What a direction ends in: the router for requests, the client for responses. */
export interface Terminal {
  headers(headers: HeaderMap, end: boolean): void;
  data(body: Body, end: boolean): void;
  trailers(trailers: HeaderMap): void;
  metadata(metadata: HeaderList): void;
}

const HOOKS = [
  [
    "proxy_on_request_headers",
    "proxy_on_request_body",
    "proxy_on_request_trailers",
    "proxy_on_request_metadata",
  ],
  [
    "proxy_on_response_headers",
    "proxy_on_response_body",
    "proxy_on_response_trailers",
    "proxy_on_response_metadata",
  ],
] as const;

/**
 * One direction of a stream: iterates over the filters, stops where one says so and goes on when it is
 * resumed. Follows Envoy 1.40's FilterManager and the status conversion of its Wasm filter.
 */
export class Direction {
  /** Set when nothing may flow any more: a local reply took over, or the stream is over. */
  isAborted = false;
  readonly #stream: HttpStream;
  readonly #kind: 0 | 1;
  readonly #filters: readonly StreamFilter[];
  readonly #terminal: Terminal;
  #headers: HeaderMap | undefined;

  /** @param kind 0 for requests, 1 for responses; `filters` in the order in which they are called */
  constructor(stream: HttpStream, kind: 0 | 1, filters: readonly StreamFilter[], terminal: Terminal) {
    this.#stream = stream;
    this.#kind = kind;
    this.#filters = filters;
    this.#terminal = terminal;
  }

  /** Sends headers down the chain from filter number `from` on. */
  sendHeaders(headers: HeaderMap, end: boolean, from = 0): void {
    this.#headers = headers;
    for (let index = from; index < this.#filters.length; index++) {
      const filter = this.#filters[index] as StreamFilter;
      const context = this.#stream.contextFor(filter, this.#kind);
      if (!context) {
        if (this.isAborted) return;
        continue;
      }
      const flow = filter.flows[this.#kind];
      context.maps[this.#kind * 2] = headers;
      context.endOfStream = end;
      const action = this.#call(filter, context, 0, headers.size, end ? 1 : 0);
      const isStop = action !== HeadersAction.Continue && action !== HeadersAction.ContinueAndEndStream;
      if (isStop) {
        const isOnly = action === HeadersAction.StopIteration && filter.instance.plugin.allowsStopIteration;
        flow.stopped = isOnly ? Stop.HeadersOnly : Stop.Headers;
        flow.holdsHeaders = true;
        flow.hasEnd = end;
        flow.isLimited = action === HeadersAction.StopAllAndBuffer;
        if (context.wentOn) {
          flow.holdsHeaders = false;
          this.sendHeaders(headers, end, index + 1);
        }
      } else context.maps[this.#kind * 2] = undefined;
      this.#settle(filter);
      if (isStop || this.isAborted) return;
    }
    this.#terminal.headers(headers, end);
  }

  /** Sends body bytes down the chain. */
  sendData(data: Body, end: boolean, from = 0): void {
    let body = data;
    for (let index = from; index < this.#filters.length; index++) {
      if (this.isAborted) return;
      const filter = this.#filters[index] as StreamFilter;
      const flow = filter.flows[this.#kind];
      if (flow.stopped === Stop.Headers || flow.stopped === Stop.Trailers) return this.#hold(flow, body, end);
      const context = this.#stream.contextFor(filter, this.#kind);
      if (!context) continue;
      const passed = this.#filterData(filter, flow, context, body, end);
      if (!passed) return;
      body = passed;
      if (!this.#releaseHeaders(flow, index)) return;
      const trailers = flow.pendingTrailers;
      if (trailers) {
        // The filter added trailers to the last bytes: they end the message for everybody behind it.
        flow.pendingTrailers = undefined;
        this.sendData(body, false, index + 1);
        return this.sendTrailers(trailers, index + 1);
      }
    }
    if (!this.isAborted) this.#terminal.data(body, end);
  }

  /** Sends trailers down the chain. */
  sendTrailers(trailers: HeaderMap, from = 0): void {
    for (let index = from; index < this.#filters.length; index++) {
      if (this.isAborted) return;
      const filter = this.#filters[index] as StreamFilter;
      const flow = filter.flows[this.#kind];
      if (flow.stopped === Stop.Headers) {
        flow.pendingTrailers = trailers;
        return;
      }
      const context = this.#stream.contextFor(filter, this.#kind);
      if (!context) continue;
      const slot = this.#kind * 2 + 1;
      context.maps[slot] = trailers;
      const isStop = this.#call(filter, context, 2, trailers.size, 0) !== 0;
      if (isStop) {
        flow.stopped = Stop.Trailers;
        flow.pendingTrailers = trailers;
        if (context.wentOn) this.sendTrailers(trailers, index + 1);
      } else context.maps[slot] = undefined;
      this.#settle(filter);
      if (isStop || this.isAborted || !this.#releaseHeaders(flow, index)) return;
      if (flow.stopped === Stop.Data) {
        flow.stopped = Stop.None;
        context.bodies[this.#kind] = undefined;
        const pending = flow.takePending();
        if (pending) this.sendData(pending, false, index + 1);
      }
    }
    if (!this.isAborted) this.#terminal.trailers(trailers);
  }

  /** Sends metadata down the chain. It waits where the headers do, and stops nowhere else. */
  sendMetadata(metadata: HeaderList, from = 0): void {
    for (let index = from; index < this.#filters.length; index++) {
      if (this.isAborted) return;
      const filter = this.#filters[index] as StreamFilter;
      const flow = filter.flows[this.#kind];
      const isHeld = flow.stopped === Stop.Headers;
      const context = isHeld ? undefined : this.#stream.contextFor(filter, this.#kind);
      if (context) {
        this.#call(filter, context, 3, metadata.length, 0);
        this.#settle(filter);
      }
      if (isHeld || flow.holdsHeaders) {
        flow.pendingMetadata = metadata;
        return;
      }
    }
    if (!this.isAborted) this.#terminal.metadata(metadata);
  }

  /** Goes on at `filter` if the iteration rests there (continue_stream); otherwise does nothing, as Envoy. */
  resume(filter: StreamFilter): void {
    const flow = filter.flows[this.#kind];
    const was = flow.stopped;
    if (was === Stop.None || this.isAborted || !this.#headers) return;
    const index = this.#filters.indexOf(filter);
    flow.stopped = Stop.None;
    const trailers = flow.pendingTrailers;
    flow.pendingTrailers = undefined;
    const pending = flow.takePending();
    if (filter.context) filter.context.maps[this.#kind * 2] = undefined;
    const isEnd = flow.hasEnd && !trailers;
    const holdsHeaders = flow.holdsHeaders;
    flow.holdsHeaders = false;
    if (was === Stop.Headers) {
      // Nothing but the headers has been shown to the filter: what came meanwhile begins with it.
      this.sendHeaders(this.#headers, isEnd && !pending, index + 1);
      this.#releaseMetadata(flow, index);
      if (pending) this.sendData(pending, isEnd, index);
      if (trailers) this.sendTrailers(trailers, index);
      return;
    }
    if (filter.context) filter.context.bodies[this.#kind] = undefined;
    if (holdsHeaders) this.sendHeaders(this.#headers, isEnd && was === Stop.HeadersOnly, index + 1);
    this.#releaseMetadata(flow, index + 1);
    if (pending || (was === Stop.Data && isEnd)) this.sendData(pending ?? new Body(), isEnd, index + 1);
    if (trailers) this.sendTrailers(trailers, index + 1);
  }

  /** Sends on headers that a filter held while it looked at the body. @returns false when nothing may flow any more */
  #releaseHeaders(flow: FlowState, index: number): boolean {
    if (!flow.holdsHeaders || !this.#headers) return true;
    flow.holdsHeaders = false;
    if (flow.stopped === Stop.HeadersOnly) flow.stopped = Stop.None;
    this.sendHeaders(this.#headers, false, index + 1);
    this.#releaseMetadata(flow, index + 1);
    return !this.isAborted;
  }

  /** Sends on metadata that waited for the headers, from filter number `from` on. */
  #releaseMetadata(flow: FlowState, from: number): void {
    const { pendingMetadata } = flow;
    flow.pendingMetadata = undefined;
    if (pendingMetadata) this.sendMetadata(pendingMetadata, from);
  }

  /** Calls the data hook. @returns what goes on to the next filter, undefined if it stops here */
  #filterData(
    filter: StreamFilter,
    flow: FlowState,
    context: Context,
    data: Body,
    end: boolean,
  ): Body | undefined {
    const kind = this.#kind;
    const wasBuffering = flow.isBuffering;
    if (wasBuffering && flow.pending) {
      flow.pending.append(data.bytes());
      if (this.#isOverLimit(flow.pending)) return undefined;
    }
    const view = wasBuffering && flow.pending ? flow.pending : data;
    context.bodies[kind] = view;
    context.freedBodies[kind] = false;
    context.endOfStream = end;
    const action = this.#call(filter, context, 1, view.length, end ? 1 : 0);
    if (action === DataAction.Continue) {
      context.bodies[kind] = undefined;
      const held = flow.takePending();
      flow.stopped = Stop.None;
      this.#settle(filter);
      if (this.isAborted) return undefined;
      if (!held || held === view) return view;
      held.append(data.bytes());
      return held;
    }
    flow.stopped = Stop.Data;
    flow.hasEnd = end;
    flow.isBuffering = action === DataAction.StopAndBuffer;
    if (!wasBuffering && action <= DataAction.StopAndWatermark) {
      if (flow.pending) flow.pending.append(data.bytes());
      else flow.pending = data;
    }
    if (flow.isBuffering) context.bodies[kind] = flow.pending;
    else context.freedBodies[kind] = kind === 0;
    if (flow.isBuffering && flow.pending) this.#isOverLimit(flow.pending);
    this.#settle(filter);
    return undefined;
  }

  /** Keeps data at a filter that must not be called now. */
  #hold(flow: FlowState, body: Body, end: boolean): void {
    if (flow.pending) flow.pending.append(body.bytes());
    else flow.pending = body;
    flow.hasEnd = end;
    if (flow.isLimited) this.#isOverLimit(flow.pending);
  }

  #isOverLimit(body: Body): boolean {
    if (body.length <= this.#stream.host.bufferLimit) return false;
    this.#stream.bodyTooLarge(this.#kind);
    return true;
  }

  /** Calls a hook. @returns its action; a stop if the guest trapped, sent a local response or reset the stream */
  #call(filter: StreamFilter, context: Context, phase: 0 | 1 | 2 | 3, size: number, end: number): number {
    const { vm } = context;
    const name = HOOKS[this.#kind][phase];
    if (!vm.exports(name)) return 0;
    context.hook = name;
    context.wentOn = false;
    const action = vm.invoke(context, name, context.id, size, end);
    context.hook = undefined;
    if (vm.isFailed) {
      this.#stream.failFilter(filter);
      const goesOn = filter.instance.plugin.spec.failurePolicy === "fail_open";
      return goesOn ? DataAction.Continue : DataAction.StopNoBuffer;
    }
    if (!vm.iterationStopped) return action >>> 0;
    vm.iterationStopped = false;
    return DataAction.StopNoBuffer;
  }

  /** Does what the hook has put off; the filter's state is up to date by now. */
  #settle(filter: StreamFilter): void {
    const stream = this.#stream;
    if (this.#kind === 0) stream.decodeDepth++;
    filter.context?.vm.runDeferred();
    if (this.#kind === 0) stream.decodeDepth--;
    stream.sendPreparedReply();
  }
}
