/** An HTTP/1.1 client over sockets of this machine. */
import { type ClientRequest, type IncomingMessage, request as httpRequest } from "node:http";
import type { Socket } from "node:net";
import type { HttpClientCall, RequestHead, ResponseListener } from "../model/exchange.ts";
import type { HeaderList } from "../model/index.ts";
import { fieldsOf, hasField } from "./fields.ts";
import { SILENCE_MS, silenceError } from "./silence.ts";

/**
 * Begins a request on a connection of its own; header names and values go as they are.
 *
 * @param socket the connection
 * @returns what sends the rest
 */
export function openHttp1(socket: Socket, head: RequestHead, listener: ResponseListener): HttpClientCall {
  return new Http1Call(socket, head, listener);
}

class Http1Call implements HttpClientCall {
  readonly #outgoing: ClientRequest;
  readonly #listener: ResponseListener;
  #isOver = false;

  constructor(socket: Socket, head: RequestHead, listener: ResponseListener) {
    this.#listener = listener;
    const headers = [["host", head.authority] as const, ...head.headers, ...framing(head)];
    this.#outgoing = httpRequest({
      createConnection: () => socket,
      method: head.method,
      path: head.path,
      headers: headers.flat(),
      timeout: SILENCE_MS,
    });
    this.#outgoing.once("timeout", () => this.#outgoing.destroy(silenceError()));
    this.#outgoing.on("error", (error) => this.#cancel(error));
    this.#outgoing.once("response", (incoming) => this.#receive(incoming));
    if (head.length === 0) this.#outgoing.end();
    // Not flushHeaders, which writes them as UTF-8.
    else this.#outgoing.write("", "latin1");
  }

  send(bytes: Uint8Array): void {
    if (this.#canSend && bytes.length > 0) this.#outgoing.write(bytes);
  }

  end(last?: Uint8Array, trailers: HeaderList = []): void {
    if (!this.#canSend) return;
    if (last) this.send(last);
    if (trailers.length > 0)
      this.#outgoing.addTrailers(trailers.map(([name, value]): [string, string] => [name, value]));
    this.#outgoing.end();
  }

  abort(): void {
    this.#isOver = true;
    this.#outgoing.destroy();
  }

  get #canSend(): boolean {
    return !this.#isOver && !this.#outgoing.writableEnded && !this.#outgoing.destroyed;
  }

  #receive(incoming: IncomingMessage): void {
    if (this.#isOver) return;
    this.#listener.head(incoming.statusCode ?? 0, fieldsOf(incoming.rawHeaders));
    incoming.on("data", (chunk: Buffer) => {
      if (!this.#isOver) this.#listener.data(chunk);
    });
    incoming.once("end", () => {
      if (this.#isOver || !incoming.complete) return;
      this.#isOver = true;
      this.#listener.end(fieldsOf(incoming.rawTrailers));
      // A server may answer before it has seen the whole request: the rest is of no use.
      this.#outgoing.destroy();
    });
    incoming.on("error", (error) => this.#cancel(error));
    incoming.once("close", () => this.#cancel(new Error("the connection was closed")));
  }

  #cancel(error: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#listener.cancel(error);
  }
}

/** The field that tells where the body ends, unless the test has written one. */
function framing({ method, headers, length }: RequestHead): HeaderList {
  if (hasField(headers, "content-length") || hasField(headers, "transfer-encoding")) return [];
  if (length === undefined) return [["transfer-encoding", "chunked"]];
  return length > 0 || ["POST", "PUT", "PATCH"].includes(method) ? [["content-length", String(length)]] : [];
}
