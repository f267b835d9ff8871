/** An HTTP/2 server without TLS on this machine whose exchanges come piece by piece. */
import { constants, createServer, type Http2Session, type ServerHttp2Stream } from "node:http2";
import type { HttpCallHandler, HttpServerCall, MessageListener } from "../model/exchange.ts";
import type { HeaderList, HttpResponse } from "../model/index.ts";
import { fieldsOf, groupedFields } from "./fields.ts";
import { type HttpServer, listening } from "./listening.ts";

/** Serves `handler` on a free port of address `host`. */
export function serveHttp2Calls(handler: HttpCallHandler, host: string): Promise<HttpServer> {
  const sessions = new Set<Http2Session>();
  const server = createServer();
  server.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
    // A client that breaks off is no error of the server; its streams say so themselves.
    session.on("error", () => {});
  });
  server.on("stream", (stream, _headers, _flags, raw) => handler(new Http2ServerCall(stream, raw)));
  return listening(server, host, () => sessions.forEach((session) => session.destroy()));
}

class Http2ServerCall implements HttpServerCall {
  readonly method: string;
  readonly path: string;
  readonly authority: string;
  readonly headers: HeaderList;
  readonly #stream: ServerHttp2Stream;
  #trailers: HeaderList = [];

  constructor(stream: ServerHttp2Stream, raw: readonly string[]) {
    const fields = fieldsOf(raw);
    const value = (wanted: string): string => fields.find(([name]) => name === wanted)?.[1] ?? "";
    this.method = value(":method");
    this.path = value(":path");
    this.authority = value(":authority");
    this.headers = fields.filter(([name]) => !name.startsWith(":"));
    this.#stream = stream;
    stream.once("wantTrailers", () => stream.sendTrailers(groupedFields(this.#trailers)));
    // What went wrong shows as the end of the stream.
    stream.on("error", () => {});
  }

  listen(listener: MessageListener): void {
    const stream = this.#stream;
    let isEnded = false;
    let trailers: HeaderList = [];
    stream.on("data", (chunk: Buffer) => listener.data(chunk));
    stream.once("trailers", (_headers, _flags, raw: string[]) => (trailers = fieldsOf(raw)));
    stream.once("end", () => {
      isEnded = true;
      if (!stream.aborted) listener.end(trailers);
    });
    stream.once("close", () => {
      if (!isEnded || stream.rstCode !== constants.NGHTTP2_NO_ERROR)
        listener.cancel(new Error("the stream was reset"));
    });
  }

  answer({ status, headers, body, trailers = [] }: HttpResponse): void {
    if (trailers.length > 0) {
      this.start(status, headers);
      this.send(body);
      return this.end(trailers);
    }
    this.#respond(status, headers, { endStream: body.length === 0 });
    if (body.length > 0 && !this.#isOver) this.#stream.end(body);
  }

  start(status: number, headers: HeaderList): void {
    this.#respond(status, headers, { waitForTrailers: true });
  }

  send(bytes: Uint8Array): void {
    if (this.#isOver || bytes.length === 0) return;
    this.start(200, []);
    this.#stream.write(bytes);
  }

  end(trailers: HeaderList = []): void {
    if (this.#isOver) return;
    this.start(200, []);
    this.#trailers = trailers;
    this.#stream.end();
  }

  reset(): void {
    this.#stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  }

  disconnect(): void {
    this.#stream.session?.destroy();
  }

  #respond(
    status: number,
    headers: HeaderList,
    options: { endStream?: boolean; waitForTrailers?: boolean },
  ): void {
    if (this.#isOver || this.#stream.headersSent) return;
    // Known to Node, but not to its types.
    const all = { ...options, sendDate: false };
    this.#stream.respond([":status", String(status), ...headers.flat()], all);
  }

  get #isOver(): boolean {
    return this.#stream.closed || this.#stream.destroyed || this.#stream.writableEnded;
  }
}
