/** A gRPC server over sockets of this machine: HTTP/2 without TLS, messages as bytes (gRPC over HTTP/2). */
import { once } from "node:events";
import {
  constants,
  createServer,
  type Http2Session,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo } from "node:net";
import type { GrpcHandler, GrpcListener, GrpcServerCall } from "../model/grpc.ts";
import type { HeaderList } from "../model/index.ts";
import type { HttpServer } from "./index.ts";

const FRAME_HEADER_SIZE = 5;
const HEAD = { ":status": 200, "content-type": "application/grpc" };

/** Serves `handler` on a free port of address `host`. */
export async function serveGrpc(handler: GrpcHandler, host: string): Promise<HttpServer> {
  const sessions = new Set<Http2Session>();
  const server = createServer();
  server.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
    // A client that breaks off is no error of the server; its streams say so themselves.
    session.on("error", () => {});
  });
  server.on("stream", (stream, _headers, _flags, rawHeaders) => handler(new Call(stream, rawHeaders)));
  server.listen(0, host);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const session of sessions) session.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

class Call implements GrpcServerCall {
  readonly path: string;
  readonly authority: string;
  readonly headers: HeaderList;
  readonly #stream: ServerHttp2Stream;
  #received = Buffer.alloc(0);

  constructor(stream: ServerHttp2Stream, rawHeaders: readonly string[]) {
    const fields = Array.from(
      { length: rawHeaders.length / 2 },
      (_, index) => [rawHeaders[2 * index] ?? "", rawHeaders[2 * index + 1] ?? ""] as const,
    );
    const value = (wanted: string): string => fields.find(([name]) => name === wanted)?.[1] ?? "";
    this.path = value(":path");
    this.authority = value(":authority");
    this.headers = fields.filter(([name]) => !name.startsWith(":"));
    this.#stream = stream;
  }

  listen(listener: GrpcListener): void {
    let isEnded = false;
    this.#stream.on("data", (chunk: Buffer) => this.#receive(chunk, listener));
    this.#stream.once("end", () => {
      isEnded = true;
      if (!this.#stream.aborted) listener.end();
    });
    this.#stream.once("close", () => {
      if (!isEnded || this.#stream.rstCode !== constants.NGHTTP2_NO_ERROR) listener.cancel();
    });
    // What went wrong shows as the end of the stream.
    this.#stream.on("error", () => {});
  }

  sendMetadata(metadata: HeaderList): void {
    if (this.#isOver || this.#stream.headersSent) return;
    this.#stream.respond({ ...HEAD, ...fieldsOf(metadata) }, { waitForTrailers: true });
  }

  send(...messages: Uint8Array[]): void {
    if (this.#isOver) return;
    this.sendMetadata([]);
    this.#stream.write(Buffer.concat(messages.flatMap((message) => [frameHeader(message.length), message])));
  }

  end(status: number, message: string, trailers: HeaderList): void {
    if (this.#isOver) return;
    const fields: OutgoingHttpHeaders = { "grpc-status": status, ...fieldsOf(trailers) };
    if (message !== "") fields["grpc-message"] = encodeURIComponent(message);
    if (!this.#stream.headersSent) {
      this.#stream.respond({ ...HEAD, ...fields }, { endStream: true });
      return;
    }
    this.#stream.once("wantTrailers", () => this.#stream.sendTrailers(fields));
    this.#stream.end();
  }

  refuse(httpStatus: number): void {
    if (!this.#isOver) this.#stream.respond({ ":status": httpStatus }, { endStream: true });
  }

  reset(): void {
    this.#stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  }

  disconnect(): void {
    this.#stream.session?.destroy();
  }

  get #isOver(): boolean {
    return this.#stream.closed || this.#stream.destroyed || this.#stream.writableEnded;
  }

  /** Takes bytes of the stream: each message has a flag and its length before it. */
  #receive(chunk: Buffer, listener: GrpcListener): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    while (this.#received.length >= FRAME_HEADER_SIZE) {
      const end = FRAME_HEADER_SIZE + this.#received.readUInt32BE(1);
      if (this.#received.length < end) return;
      const message = this.#received.subarray(FRAME_HEADER_SIZE, end);
      this.#received = this.#received.subarray(end);
      listener.message(Uint8Array.from(message));
    }
  }
}

/** What stands before a message of `length` bytes: no compression, its length. */
function frameHeader(length: number): Buffer {
  const header = Buffer.alloc(FRAME_HEADER_SIZE);
  header.writeUInt32BE(length, 1);
  return header;
}

/** Fields as node:http2 takes them: a repeated name with all its values. */
function fieldsOf(list: HeaderList): Record<string, string[]> {
  const fields: Record<string, string[]> = {};
  for (const [name, value] of list) (fields[name] ??= []).push(value);
  return fields;
}
