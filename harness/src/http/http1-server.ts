/** An HTTP/1.1 server on this machine whose exchanges come piece by piece. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { HttpCallHandler, HttpServerCall, MessageListener } from "../model/exchange.ts";
import type { HeaderList, HttpResponse } from "../model/index.ts";
import { fieldsOf, hasField } from "./fields.ts";
import { type HttpServer, listening } from "./listening.ts";

/** Longer than any test: a proxy that uses an idle connection again never finds it closed at that moment. */
const IDLE_MS = 600_000;

/** Serves `handler` on a port of address `host`, a free one if it is 0. */
export function serveHttp1Calls(handler: HttpCallHandler, host: string, port = 0): Promise<HttpServer> {
  const server = createServer({ keepAliveTimeout: IDLE_MS }, (incoming, outgoing) =>
    handler(new Http1ServerCall(incoming, outgoing)),
  );
  return listening(server, host, () => server.closeAllConnections(), port);
}

class Http1ServerCall implements HttpServerCall {
  readonly method: string;
  readonly path: string;
  readonly authority: string;
  readonly headers: HeaderList;
  readonly #incoming: IncomingMessage;
  readonly #outgoing: ServerResponse;

  constructor(incoming: IncomingMessage, outgoing: ServerResponse) {
    const fields = fieldsOf(incoming.rawHeaders);
    this.method = incoming.method ?? "";
    this.path = incoming.url ?? "";
    this.authority = fields.find(([name]) => name === "host")?.[1] ?? "";
    this.headers = fields.filter(([name]) => name !== "host");
    this.#incoming = incoming;
    this.#outgoing = outgoing;
    // The response is what the test says, and nothing that Node thinks of.
    outgoing.sendDate = false;
    outgoing.removeHeader("connection");
    outgoing.on("error", () => {});
    incoming.on("error", () => {});
  }

  listen(listener: MessageListener): void {
    const incoming = this.#incoming;
    incoming.on("data", (chunk: Buffer) => listener.data(chunk));
    incoming.once("end", () => {
      if (incoming.complete) listener.end(fieldsOf(incoming.rawTrailers));
    });
    this.#outgoing.once("close", () => {
      if (!this.#outgoing.writableFinished) listener.cancel(new Error("the connection was closed"));
    });
  }

  answer({ status, headers, body, trailers }: HttpResponse): void {
    if (this.#isOver) return;
    const isFramed = hasField(headers, "content-length") || hasField(headers, "transfer-encoding");
    const length: HeaderList = isFramed || trailers ? [] : [["content-length", String(body.length)]];
    // For these a length means nothing, or the one of another response.
    const isBodiless = status < 200 || status === 204 || status === 304;
    this.start(status, isBodiless ? headers : [...headers, ...length]);
    this.send(body);
    this.end(trailers);
  }

  start(status: number, headers: HeaderList): void {
    if (!this.#isOver && !this.#outgoing.headersSent) this.#outgoing.writeHead(status, headers.flat());
  }

  send(bytes: Uint8Array): void {
    if (this.#isOver || bytes.length === 0) return;
    this.start(200, []);
    this.#outgoing.write(bytes);
  }

  end(trailers: HeaderList = []): void {
    if (this.#isOver) return;
    this.start(200, []);
    if (trailers.length > 0)
      this.#outgoing.addTrailers(trailers.map(([name, value]): [string, string] => [name, value]));
    this.#outgoing.end();
  }

  reset(): void {
    // What was sent before goes first.
    this.#incoming.socket.destroySoon();
  }

  disconnect(): void {
    this.reset();
  }

  get #isOver(): boolean {
    return this.#outgoing.writableEnded || this.#outgoing.destroyed;
  }
}
