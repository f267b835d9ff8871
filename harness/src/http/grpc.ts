/** gRPC over HTTP/2: messages as bytes, the status in trailers (gRPC over HTTP/2). */
import type { HttpCallHandler, HttpServerCall } from "../model/exchange.ts";
import type { GrpcHandler, GrpcListener, GrpcServerCall } from "../model/grpc.ts";
import type { HeaderList } from "../model/index.ts";
import type { HttpServer } from "./listening.ts";
import { serveHttp2Calls } from "./http2-server.ts";

const FRAME_HEADER_SIZE = 5;
const HEAD: HeaderList = [["content-type", "application/grpc"]];

/** Serves `handler` on a free port of address `host`. */
export function serveGrpc(handler: GrpcHandler, host: string): Promise<HttpServer> {
  return serveHttp2Calls(grpcCalls(handler), host);
}

/** Serves gRPC calls as HTTP exchanges. */
export function grpcCalls(handler: GrpcHandler): HttpCallHandler {
  return (call) => handler(new Call(call));
}

class Call implements GrpcServerCall {
  readonly path: string;
  readonly authority: string;
  readonly headers: HeaderList;
  readonly #call: HttpServerCall;
  #received = Buffer.alloc(0);
  #isStarted = false;
  #isOver = false;

  constructor(call: HttpServerCall) {
    this.path = call.path;
    this.authority = call.authority;
    this.headers = call.headers;
    this.#call = call;
  }

  listen(listener: GrpcListener): void {
    this.#call.listen({
      data: (bytes) => this.#receive(bytes, listener),
      end: () => listener.end(),
      cancel: () => listener.cancel(),
    });
  }

  sendMetadata(metadata: HeaderList): void {
    if (this.#isOver || this.#isStarted) return;
    this.#isStarted = true;
    this.#call.start(200, [...HEAD, ...metadata]);
  }

  send(...messages: Uint8Array[]): void {
    if (this.#isOver) return;
    this.sendMetadata([]);
    this.#call.send(Buffer.concat(messages.flatMap((message) => [frameHeader(message.length), message])));
  }

  end(status: number, message: string, trailers: HeaderList): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const fields: [string, string][] = [["grpc-status", String(status)]];
    if (message !== "") fields.push(["grpc-message", encodeURIComponent(message)]);
    const all = [...fields, ...trailers];
    if (this.#isStarted) this.#call.end(all);
    else this.#call.answer({ status: 200, headers: [...HEAD, ...all], body: new Uint8Array() });
  }

  refuse(httpStatus: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#call.answer({ status: httpStatus, headers: [], body: new Uint8Array() });
  }

  reset(): void {
    this.#call.reset();
  }

  disconnect(): void {
    this.#call.disconnect();
  }

  /** Takes bytes of the stream: each message has a flag and its length before it. */
  #receive(bytes: Uint8Array, listener: GrpcListener): void {
    this.#received = Buffer.concat([this.#received, bytes]);
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
