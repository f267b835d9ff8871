import { answerWhole, type HttpServerCall, type MessageListener } from "../../model/exchange.ts";
import type { ClusterHandler, HeaderList, HttpRequest, HttpResponse } from "../../model/index.ts";
import type { Host } from "../host.ts";
import { isBodiless } from "./intake.ts";

/** Why an upstream gives no (complete) response, in Envoy 1.40's words. */
export type ResetReason =
  "remote connection failure" | "connection termination" | "remote reset" | "protocol error";

/** A cluster as the proxy sees it. */
export interface Cluster {
  /** Whether the connection speaks HTTP/2: then a whole body comes in one piece with its end. */
  readonly http2: boolean;
  serve(exchange: UpstreamExchange): void;
}

/** The proxy's end of an exchange with an upstream. */
export interface ResponseReceiver {
  /** @param length how many bytes follow, without trailers; undefined if it is not known yet */
  head(status: number, headers: HeaderList, length: number | undefined): void;
  metadata?(metadata: HeaderList): void;
  data(bytes: Uint8Array, end: boolean): void;
  trailers(trailers: HeaderList): void;
  reset(reason: ResetReason): void;
}

/** One request on its way to a cluster. What the server does is seen outside of any callback, as from a socket. */
export class UpstreamExchange implements HttpServerCall {
  readonly method: string;
  readonly path: string;
  readonly authority: string;
  readonly headers: HeaderList;
  readonly #host: Host;
  readonly #http2: boolean;
  readonly #receiver: ResponseReceiver;
  #listener: MessageListener | undefined;
  #heard: ((listener: MessageListener) => void)[] = [];
  #isStarted = false;
  #isEnded = false;
  #isOver = false;

  /** Hands the request to `cluster`; {@link requestEnd} is to follow. */
  constructor(
    host: Host,
    cluster: Cluster,
    head: Pick<HttpRequest, "method" | "path" | "authority" | "headers">,
    receiver: ResponseReceiver,
  ) {
    this.method = head.method;
    this.path = head.path;
    this.authority = head.authority;
    this.headers = head.headers;
    this.#host = host;
    this.#http2 = cluster.http2;
    this.#receiver = receiver;
  }

  /** A METADATA frame of the request. */
  requestMetadata(metadata: HeaderList): void {
    this.#tell((listener) => listener.metadata?.(metadata));
  }

  /** A piece of the request's body. */
  requestData(bytes: Uint8Array): void {
    this.#tell((listener) => listener.data(bytes));
  }

  /** The request is complete. */
  requestEnd(trailers: HeaderList): void {
    this.#tell((listener) => listener.end(trailers));
  }

  /** The proxy has lost interest: nothing comes from here any more. */
  cancel(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (!this.#isEnded) this.#tell((listener) => listener.cancel(new Error("the proxy gave the request up")));
  }

  listen(listener: MessageListener): void {
    this.#listener = listener;
    for (const tell of this.#heard) tell(listener);
    this.#heard = [];
  }

  answer({ status, headers, body, trailers = [], metadata }: HttpResponse): void {
    if (this.#isEnded) return;
    this.#isStarted = this.#isEnded = true;
    const hasTrailers = trailers.length > 0;
    // Metadata comes behind the headers, which are then not the end.
    const isMore = hasTrailers || (body.length === 0 && metadata !== undefined);
    const length = isMore ? undefined : body.length;
    if (isBodiless(status, this.method === "HEAD")) {
      this.#post((receiver) => receiver.head(status, headers, length));
      return;
    }
    this.#post((receiver) => {
      receiver.head(status, headers, length);
      if (metadata) receiver.metadata?.(metadata);
      if (body.length > 0) receiver.data(body, this.#http2 && !hasTrailers);
      if (hasTrailers) receiver.trailers(trailers);
      else if (length !== 0 && !(this.#http2 && body.length > 0)) receiver.data(new Uint8Array(), true);
    });
  }

  start(status: number, headers: HeaderList): void {
    if (this.#isEnded || this.#isStarted) return;
    this.#isStarted = true;
    this.#post((receiver) => receiver.head(status, headers, undefined));
  }

  send(bytes: Uint8Array): void {
    if (this.#isEnded || bytes.length === 0) return;
    this.start(200, []);
    this.#post((receiver) => receiver.data(bytes, false));
  }

  end(trailers: HeaderList = []): void {
    if (this.#isEnded) return;
    this.start(200, []);
    this.#isEnded = true;
    this.#post((receiver) => {
      if (trailers.length > 0) receiver.trailers(trailers);
      else receiver.data(new Uint8Array(), true);
    });
  }

  reset(): void {
    if (this.#http2) this.#reset("remote reset");
    else this.disconnect();
  }

  disconnect(): void {
    this.#reset(this.#isStarted && !this.#http2 ? "protocol error" : "connection termination");
  }

  /** The cluster has an address where nobody listens. */
  refuse(): void {
    this.#reset("remote connection failure");
  }

  #reset(reason: ResetReason): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#post((receiver) => receiver.reset(reason));
  }

  #tell(event: (listener: MessageListener) => void): void {
    if (this.#listener) event(this.#listener);
    else this.#heard.push(event);
  }

  #post(event: (receiver: ResponseReceiver) => void): void {
    this.#host.post(() => {
      if (!this.#isOver) event(this.#receiver);
    });
  }
}

/** A cluster that answers whole requests; a handler that fails with ECONNREFUSED is one that nobody reaches. */
export function wholeCluster(handler: ClusterHandler): Cluster {
  return {
    http2: false,
    serve: answerWhole(handler, (exchange: UpstreamExchange, error) => {
      if ((error as { code?: unknown } | null)?.code === "ECONNREFUSED") exchange.refuse();
      else exchange.disconnect();
    }),
  };
}
