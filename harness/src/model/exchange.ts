/** HTTP exchanges whose messages come piece by piece, as their two ends drive them. */
import type { ClusterHandler, HeaderList, HttpRequest, HttpResponse } from "./index.ts";

/** Version of HTTP between the client and the proxy. */
export type HttpVersion = 1 | 2;

/** What one end of an exchange hears of the other's message. */
export interface MessageListener {
  /** A METADATA frame has come (an extension of HTTP/2). */
  metadata?(metadata: HeaderList): void;
  /** A piece of the body has come. */
  data(bytes: Uint8Array): void;
  /** The message is complete; `trailers` is empty where it has none. */
  end(trailers: HeaderList): void;
  /** The other end, or the network, has given the exchange up, before its message was complete or after. */
  cancel(error: Error): void;
}

/** What a client hears of the response. */
export interface ResponseListener extends MessageListener {
  /** Status and headers have come. */
  head(status: number, headers: HeaderList): void;
}

/** A request as far as it is known at its beginning. */
export interface RequestHead extends Pick<
  HttpRequest,
  "method" | "path" | "authority" | "headers" | "metadata"
> {
  /** How many bytes of body follow, without trailers; 0: the request ends here. Absent: it is not known. */
  readonly length?: number;
}

/** The client's end of an exchange, after the head was sent. What is sent after the end of the request is dropped. */
export interface HttpClientCall {
  /** Sends a piece of the body. */
  send(bytes: Uint8Array): void;
  /** Ends the request, with the last bytes of its body in one piece with the end where the protocol can. */
  end(last?: Uint8Array, trailers?: HeaderList): void;
  /** Gives the exchange up: closes the connection (HTTP/1.1), resets the stream (HTTP/2). Then nothing is heard. */
  abort(): void;
}

/** The server's end of an exchange. What is sent after the end of the response is dropped. */
export interface HttpServerCall extends Pick<HttpRequest, "method" | "path" | "authority" | "headers"> {
  /** Begins to hear of the request: at once of all that has come already. To be called once. */
  listen(listener: MessageListener): void;
  /** Answers with a whole response. */
  answer(response: HttpResponse): void;
  /** Begins a response whose body comes in pieces. */
  start(status: number, headers: HeaderList): void;
  /** Sends a piece of the body. */
  send(bytes: Uint8Array): void;
  /** Ends the response. */
  end(trailers?: HeaderList): void;
  /** Breaks the exchange off: HTTP/1.1 closes the connection, HTTP/2 resets the stream with INTERNAL_ERROR. */
  reset(): void;
  /** Breaks the connection off, and all other exchanges on it. */
  disconnect(): void;
}

/** Serves exchanges as they come. */
export type HttpCallHandler = (call: HttpServerCall) => void;

/** Serves whole requests with whole responses; `fail` is called with what the handler throws or rejects with. */
export function answerWhole<Call extends HttpServerCall>(
  handler: ClusterHandler,
  fail: (call: Call, error: unknown) => void,
): (call: Call) => void {
  return (call) => {
    const pieces: Uint8Array[] = [];
    let metadata: HeaderList | undefined;
    call.listen({
      metadata: (fields) => (metadata = fields),
      data: (bytes) => void pieces.push(bytes),
      end: (trailers) => {
        const { method, path, authority, headers } = call;
        const request = {
          method,
          path,
          authority,
          headers,
          body: joined(pieces),
          ...(trailers.length > 0 && { trailers }),
          ...(metadata && { metadata }),
        };
        // Called in a promise, so that a handler that throws is one that rejects.
        Promise.resolve(request)
          .then(handler)
          .then(
            (response) => call.answer(response),
            (error: unknown) => fail(call, error),
          );
      },
      cancel: () => {},
    });
  };
}

/** The pieces of a body as one. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [first] = pieces;
  if (first && pieces.length === 1) return first;
  const body = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    body.set(piece, at);
    at += piece.length;
  }
  return body;
}
