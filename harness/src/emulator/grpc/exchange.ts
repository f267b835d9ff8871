import type { GrpcHandler } from "../../model/grpc.ts";
import type { HeaderList } from "../../model/index.ts";
import type { Timer } from "../clock.ts";
import { Body } from "../headers/body.ts";
import { HeaderMap } from "../headers/header-map.ts";
import { INLINE_RESPONSE } from "../headers/inline.ts";
import { invalidField } from "../headers/validate.ts";
import { grpcStatusOf } from "../stream/local-reply.ts";
import type { Context } from "../vm/context.ts";
import type { Vm } from "../vm/vm.ts";
import { ServerCall } from "./server-call.ts";

const INTERNAL = 13;
const UNAVAILABLE = 14;
const RESOURCE_EXHAUSTED = 8;
const MAX_STATUS = 16;
const INVALID_STATUS = 0xffffffff;
const UPSTREAM = "via_upstream";
const BEFORE_HEADERS = "upstream connect error or disconnect/reset before headers. reset reason: ";

/** What a cluster has for a call: a server, or an address where nobody listens. */
export type GrpcUpstream = GrpcHandler | "unreachable";

/** How an exchange is made. */
export interface GrpcExchangeOptions {
  readonly vm: Vm;
  readonly root: Context;
  readonly token: number;
  readonly isUnary: boolean;
  readonly headers: HeaderMap;
  readonly upstream: GrpcUpstream;
  /** Milliseconds; 0: none. */
  readonly timeout: number;
  /** The most bytes of a message; 0: any number. */
  readonly limit: number;
}

/** One gRPC call or stream from the host's side (Envoy 1.40: Grpc::AsyncStreamImpl and the handlers of Wasm::Context). */
export class GrpcExchange {
  readonly root: Context;
  readonly isUnary: boolean;
  readonly #vm: Vm;
  readonly #token: number;
  readonly #limit: number;
  readonly #startTime: bigint;
  readonly #server: ServerCall;
  #timer: Timer | undefined;
  #message: Uint8Array | undefined;
  #hasHeaders = false;
  #inTrailers = false;
  #isLocalClosed = false;
  #isRemoteClosed = false;
  /** Cancelled: nothing reaches the guest any more. */
  #isDropped = false;

  constructor(options: GrpcExchangeOptions) {
    const { vm, headers, upstream, timeout } = options;
    const { clock, post } = vm.host;
    this.root = options.root;
    this.isUnary = options.isUnary;
    this.#vm = vm;
    this.#token = options.token;
    this.#limit = options.limit;
    this.#startTime = clock.now();
    this.#server = new ServerCall(headers, post, {
      metadata: (metadata) => this.#receiveHeaders(metadata),
      message: (message) => this.#receiveMessage(message),
      end: (status, message, trailers) => this.#receiveEnd(status, message, trailers),
      refuse: (httpStatus) => this.#refused(httpStatus),
      fail: (reason) => this.#failed(reason, reason.replaceAll(" ", "_")),
    });
    const problem = invalidField(headers);
    if (problem !== undefined) {
      const details = `filter_removed_required_request_headers{${problem.replaceAll(" ", "_")}}`;
      post(() => this.#localReply(problem, details));
    } else if (upstream === "unreachable") {
      const reason = "remote connection failure";
      post(() => this.#failed(reason, "remote_connection_failure|delayed_connect_error:_Connection_refused"));
    } else {
      post(() => upstream(this.#server));
    }
    if (timeout > 0) {
      const late = (): void => this.#timedOut();
      this.#timer = clock.schedule(BigInt(timeout) * 1_000_000n, () => vm.host.protect(late));
    }
  }

  /** Sends a message. */
  send(message: Uint8Array, isLast: boolean): void {
    if (this.#isClosed()) return;
    this.#vm.host.post(() => this.#server.hear(message));
    if (isLast) this.close();
  }

  /** Ends the client's side. */
  close(): void {
    if (this.#isClosed()) return;
    this.#isLocalClosed = true;
    this.#vm.host.post(() => this.#server.hear("end"));
  }

  /** Ends it at once; the guest hears no more of it. */
  cancel(): void {
    this.#isDropped = true;
    this.#timer?.cancel();
    if (!this.#isRemoteClosed) this.#vm.host.post(() => this.#server.hear("cancel"));
  }

  get isRemoteClosed(): boolean {
    return this.#isRemoteClosed;
  }

  /** Whether nothing can be sent. Sent while trailers are handled, it breaks what was about to end (Envoy 1.40). */
  #isClosed(): boolean {
    if (this.#isLocalClosed || this.#isRemoteClosed) return true;
    if (!this.#inTrailers) return false;
    this.#isLocalClosed = true;
    this.#trailers(undefined);
    this.#inTrailers = false;
    this.#vm.defer(() => this.#close(INTERNAL, "upstream_reset_before_response_started"));
    return true;
  }

  #receiveHeaders(metadata: HeaderList): void {
    if (this.#isOver) return;
    const headers = this.#responseHeaders(metadata);
    if (this.#isLocalClosed) {
      const elapsed = this.#vm.host.clock.now() - this.#startTime;
      headers.add("x-envoy-upstream-service-time", String(elapsed / 1_000_000n));
    }
    this.#initial(headers);
  }

  #receiveMessage(message: Uint8Array): void {
    if (this.#isOver) return;
    if (this.#limit > 0 && message.length > this.#limit)
      return this.#streamError(RESOURCE_EXHAUSTED, UPSTREAM);
    if (this.isUnary) this.#message = message;
    else this.#deliver(message);
  }

  #receiveEnd(status: number, message: string, trailers: HeaderList): void {
    if (this.#isOver) return;
    const fields: [string, string][] = [["grpc-status", String(status)]];
    fields.push(...trailers.map(([name, value]): [string, string] => [name, value]));
    if (message !== "") fields.push(["grpc-message", message]);
    const map = this.#hasHeaders ? new HeaderMap(INLINE_RESPONSE) : this.#responseHeaders([]);
    for (const [name, value] of fields) map.add(name, value);
    const said = message === "" ? UPSTREAM : `${message}{${UPSTREAM}}`;
    this.#finish(status > MAX_STATUS ? INVALID_STATUS : status, said, map);
  }

  #refused(httpStatus: number): void {
    if (!this.#isOver) this.#streamError(grpcStatusOf(httpStatus), UPSTREAM);
  }

  /** The connection or the stream broke. */
  #failed(reason: string, details: string): void {
    if (this.#isOver) return;
    if (this.#hasHeaders) this.#streamError(INTERNAL, `upstream_reset_after_response_started{${details}}`);
    else
      this.#localReply(
        `${BEFORE_HEADERS}${reason}`,
        `upstream_reset_before_response_started{${details}}`,
        true,
      );
  }

  #timedOut(): void {
    if (this.#isOver) return;
    this.#vm.host.post(() => this.#server.hear("cancel"));
    if (this.#hasHeaders) this.#streamError(INTERNAL, "response_timeout");
    else this.#localReply("upstream request timeout", "response_timeout");
  }

  /** The host answers in place of the server: a response of trailers only. */
  #localReply(message: string, details: string, isBroken = false): void {
    if (this.#isOver) return;
    const map = this.#responseHeaders([]);
    map.add("grpc-status", String(UNAVAILABLE));
    map.add("grpc-message", message);
    if (isBroken) this.#vm.host.post(() => this.#server.hear("cancel"));
    this.#finish(UNAVAILABLE, `${message}{${details}}`, map);
  }

  #streamError(status: number, said: string): void {
    this.#vm.host.post(() => this.#server.hear("cancel"));
    this.#finish(status, said, undefined);
  }

  #finish(status: number, said: string, trailers: HeaderMap | undefined): void {
    this.#timer?.cancel();
    if (!this.#hasHeaders) this.#initial(undefined);
    if (this.#isDropped) return;
    this.#inTrailers = true;
    this.#trailers(trailers);
    if (!this.#inTrailers) return;
    this.#inTrailers = false;
    this.#close(status, said);
  }

  #close(status: number, said: string): void {
    if (this.#isOver) return;
    // The server has ended while the client had not: for the server that is a call given up.
    if (!this.#isLocalClosed) this.#vm.host.post(() => this.#server.hear("cancel"));
    this.#isRemoteClosed = true;
    if (this.isUnary && status === 0) {
      if (this.#message) return this.#deliver(this.#message);
      return this.#end(INTERNAL, "");
    }
    this.#end(status, said);
  }

  #initial(headers: HeaderMap | undefined): void {
    this.#hasHeaders ||= headers !== undefined;
    if (this.isUnary || this.#isDropped) return;
    this.root.grpcMaps[0] = headers;
    this.#call("proxy_on_grpc_receive_initial_metadata", headers?.size ?? 0, () => {
      this.root.grpcMaps[0] = undefined;
    });
  }

  #trailers(trailers: HeaderMap | undefined): void {
    if (this.isUnary || this.#isDropped) return;
    const before = this.root.grpcMaps[1];
    this.root.grpcMaps[1] = trailers;
    this.#call("proxy_on_grpc_receive_trailing_metadata", trailers?.size ?? 0, () => {
      this.root.grpcMaps[1] = before;
    });
  }

  #deliver(message: Uint8Array): void {
    if (this.#isDropped) return;
    this.root.grpcMessage = new Body(message);
    this.#call("proxy_on_grpc_receive", message.length, () => {
      this.root.grpcMessage = undefined;
      if (this.isUnary) this.#vm.grpc.delete(this.#token);
    });
  }

  #end(status: number, said: string): void {
    this.root.status = [status, said];
    this.#call("proxy_on_grpc_close", status, () => {
      this.root.status = [status, ""];
      if (this.isUnary || this.#isLocalClosed) this.#vm.grpc.delete(this.#token);
    });
  }

  /** Calls the guest; `after` runs before what the callback has put off, like a new call to the same stream. */
  #call(name: string, argument: number, after: () => void): void {
    const { root } = this;
    const vm = this.#vm;
    if (vm.isFailed || vm.isKilled || vm.contexts.get(root.id) !== root) return;
    vm.invoke(root, name, root.id, this.#token, argument);
    after();
    if (vm.isInCallback) return;
    vm.iterationStopped = false;
    vm.runDeferred();
  }

  get #isOver(): boolean {
    return this.#isDropped || this.#isRemoteClosed;
  }

  #responseHeaders(metadata: HeaderList): HeaderMap {
    const headers = new HeaderMap(INLINE_RESPONSE);
    headers.add(":status", "200");
    headers.add("content-type", "application/grpc");
    for (const [name, value] of metadata) headers.add(name, value);
    return headers;
  }
}
