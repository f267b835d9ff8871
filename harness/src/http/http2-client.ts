/** An HTTP/2 client without TLS over sockets of this machine. */
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from "node:http2";
import type { Socket } from "node:net";
import type { HttpClientCall, RequestHead, ResponseListener } from "../model/exchange.ts";
import type { HeaderList } from "../model/index.ts";
import { fieldsOf, groupedFields, hasField } from "./fields.ts";
import { SILENCE_MS, silenceError } from "./silence.ts";

/**
 * Begins a request on a connection of its own, with HTTP/2 from the first byte on (prior knowledge).
 *
 * @param socket the connection
 * @returns what sends the rest
 */
export function openHttp2(socket: Socket, head: RequestHead, listener: ResponseListener): HttpClientCall {
  return new Http2Call(socket, head, listener);
}

class Http2Call implements HttpClientCall {
  readonly #session: ClientHttp2Session;
  readonly #stream: ClientHttp2Stream;
  readonly #listener: ResponseListener;
  #trailers: HeaderList = [];
  #isOver = false;

  constructor(socket: Socket, head: RequestHead, listener: ResponseListener) {
    this.#listener = listener;
    this.#session = connect("http://localhost", { createConnection: () => socket });
    this.#session.on("error", (error: Error) => this.#cancel(error));
    const stream = this.#session.request(fields(head), {
      endStream: head.length === 0,
      // A client that may send trailers cannot send the end with the last bytes.
      waitForTrailers: head.length === undefined,
    });
    this.#stream = stream;
    stream.on("wantTrailers", () => stream.sendTrailers(groupedFields(this.#trailers)));
    stream.on("response", (_headers, _flags, raw: string[]) => {
      const list = fieldsOf(raw);
      const status = Number(list.find(([name]) => name === ":status")?.[1] ?? 0);
      if (!this.#isOver)
        listener.head(
          status,
          list.filter(([name]) => name !== ":status"),
        );
    });
    let received: HeaderList = [];
    stream.on("trailers", (_headers, _flags, raw: string[]) => (received = fieldsOf(raw)));
    stream.on("data", (chunk: Buffer) => {
      if (!this.#isOver) listener.data(chunk);
    });
    stream.once("end", () => {
      if (this.#isOver || stream.rstCode !== constants.NGHTTP2_NO_ERROR || stream.aborted) return;
      this.#isOver = true;
      listener.end(received);
      this.#close();
    });
    stream.setTimeout(SILENCE_MS, () => stream.destroy(silenceError()));
    stream.on("error", (error: Error) => this.#cancel(error));
    stream.once("close", () => this.#cancel(new Error(`the stream was reset (${String(stream.rstCode)})`)));
  }

  send(bytes: Uint8Array): void {
    if (this.#canSend && bytes.length > 0) this.#stream.write(bytes);
  }

  end(last?: Uint8Array, trailers: HeaderList = []): void {
    if (!this.#canSend) return;
    this.#trailers = trailers;
    if (last && last.length > 0) this.#stream.end(last);
    else this.#stream.end();
  }

  abort(): void {
    this.#isOver = true;
    this.#stream.close(constants.NGHTTP2_CANCEL);
    this.#close();
  }

  get #canSend(): boolean {
    return !this.#isOver && !this.#stream.writableEnded && !this.#stream.destroyed;
  }

  #cancel(error: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#listener.cancel(error);
    this.#session.destroy();
  }

  /** Ends the connection when what was sent is on its way. */
  #close(): void {
    this.#session.close();
  }
}

function fields({ method, path, authority, headers, length }: RequestHead): string[] {
  const list: (readonly [string, string])[] = [
    [":method", method],
    [":path", path],
    [":authority", authority],
    [":scheme", "http"],
    ...headers.map(([name, value]) => [name.toLowerCase(), value] as const),
  ];
  if (length !== undefined && length > 0 && !hasField(headers, "content-length"))
    list.push(["content-length", String(length)]);
  return list.flat();
}
