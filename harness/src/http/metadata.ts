/**
 * HTTP/2 with METADATA frames over sockets of this machine. node:http2 knows no such frames: they are put between those that
 * it writes, behind the headers of their stream. Those that come in it passes over.
 */
import { once } from "node:events";
import http2 from "node:http2";
import net from "node:net";
import { Duplex } from "node:stream";
import type { ClusterHandler, HeaderList, HttpRequest, HttpResponse } from "../model/index.ts";
import { connectFrom, type SourceAddress } from "./connect.ts";
import { groupedFields } from "./fields.ts";
import { type HttpServer, listening } from "./listening.ts";
import { SILENCE_MS, silenceError } from "./silence.ts";

const PREFACE_BYTES = 24;
const FRAME_HEAD_BYTES = 9;
const HEADERS = 0x1;
const CONTINUATION = 0x9;
const METADATA = 0x4d;
const END_HEADERS = 0x4;
const END_METADATA = 0x4;
/** The longest name or value that one byte can give the length of. */
const MAX_LENGTH = 126;

/** Sends `request` to a port of this machine over a connection of its own, from `source` if it says so. */
export async function sendWithMetadata(
  port: number,
  request: HttpRequest,
  source?: SourceAddress,
): Promise<HttpResponse> {
  const wire = new Wire(connectFrom(port, source), PREFACE_BYTES);
  // The first stream of a client.
  if (request.metadata) wire.metadata.set(1, request.metadata);
  const session = http2.connect(`http://127.0.0.1:${port}`, { createConnection: () => wire });
  try {
    const stream = session.request(
      {
        ":method": request.method,
        ":path": request.path,
        ":authority": request.authority,
        ...groupedFields(request.headers),
      },
      { endStream: false },
    );
    stream.setTimeout(SILENCE_MS, () => stream.destroy(silenceError()));
    const failed = Promise.withResolvers<never>();
    for (const source of [session, stream]) source.on("error", failed.reject);
    const response = once(stream, "response") as Promise<[http2.IncomingHttpHeaders]>;
    const body = readAll(stream);
    stream.end(request.body);
    const [[head], bytes] = await Promise.race([Promise.all([response, body]), failed.promise]);
    const { ":status": status, ...fields } = head;
    return { status: Number(status), headers: fieldsOf(fields), body: bytes };
  } finally {
    session.destroy();
    wire.destroy();
  }
}

/** Serves `handler` on a free port of address `host`; a handler that fails resets the stream. */
export function serveWithMetadata(handler: ClusterHandler, host: string): Promise<HttpServer> {
  const wires = new Set<Wire>();
  const server = net.createServer((socket) => {
    const wire = new Wire(socket, 0);
    wires.add(wire);
    wire.once("close", () => wires.delete(wire));
    const session = http2.performServerHandshake(wire);
    session.on("error", () => wire.destroy());
    session.on("stream", (stream, headers) => {
      stream.on("error", () => {});
      answer(stream, headers, handler).then(
        (response) => {
          if (stream.destroyed || stream.id === undefined) return;
          if (response.metadata) wire.metadata.set(stream.id, response.metadata);
          stream.respond({ ":status": response.status, ...groupedFields(response.headers) });
          stream.end(response.body);
        },
        () => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR),
      );
    });
  });
  return listening(server, host, () => wires.forEach((wire) => wire.destroy()));
}

async function answer(
  stream: http2.ServerHttp2Stream,
  headers: http2.IncomingHttpHeaders,
  handler: ClusterHandler,
): Promise<HttpResponse> {
  const { ":method": method = "", ":path": path = "", ":authority": authority = "", ...fields } = headers;
  const body = await readAll(stream);
  return handler({ method, path, authority, headers: fieldsOf(fields), body });
}

/** Reads to the end of one direction, whatever becomes of the other. */
function readAll(stream: Duplex): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  stream.on("data", (chunk: Uint8Array) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    stream.once("end", () => resolve(Buffer.concat(chunks)));
    stream.once("error", reject);
    stream.once("close", () => reject(new Error("the stream broke off")));
  });
}

function fieldsOf(headers: http2.IncomingHttpHeaders): HeaderList {
  return Object.entries(headers)
    .filter(([name]) => !name.startsWith(":"))
    .flatMap(([name, value]) => [value ?? []].flat().map((one) => [name, one] as const));
}

/** A connection that adds the metadata of a stream to what is written. */
class Wire extends Duplex {
  /** What is still to be sent, by the number of the stream. */
  readonly metadata = new Map<number, HeaderList>();
  readonly #socket: net.Socket;
  #unsent = Buffer.alloc(0);
  #preface: number;

  /** @param preface bytes that come before the first frame */
  constructor(socket: net.Socket, preface: number) {
    super();
    this.#socket = socket;
    this.#preface = preface;
    socket.on("data", (chunk) => this.push(chunk) || socket.pause());
    socket.on("end", () => this.push(null));
    socket.on("error", (error) => this.destroy(error));
    socket.on("close", () => this.destroy());
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#socket.write(Buffer.concat(this.#frames(chunk)), done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  /** What can be sent when `chunk` has come: whole frames, and metadata between them. */
  #frames(chunk: Buffer): Buffer[] {
    this.#unsent = Buffer.concat([this.#unsent, chunk]);
    const out: Buffer[] = [];
    const take = (length: number): Buffer => {
      const taken = this.#unsent.subarray(0, length);
      this.#unsent = this.#unsent.subarray(length);
      out.push(taken);
      return taken;
    };
    if (this.#preface > 0 && this.#unsent.length >= this.#preface) {
      take(this.#preface);
      this.#preface = 0;
    }
    while (this.#preface === 0 && this.#unsent.length >= FRAME_HEAD_BYTES) {
      const length = FRAME_HEAD_BYTES + this.#unsent.readUIntBE(0, 3);
      if (this.#unsent.length < length) break;
      const head = take(length);
      const stream = head.readUInt32BE(5);
      const metadata = this.metadata.get(stream);
      const hasHeaders = head[3] === HEADERS || head[3] === CONTINUATION;
      if (!metadata || !hasHeaders || ((head[4] ?? 0) & END_HEADERS) === 0) continue;
      this.metadata.delete(stream);
      out.push(metadataFrame(stream, metadata));
    }
    return out;
  }
}

function metadataFrame(stream: number, metadata: HeaderList): Buffer {
  const payload = Buffer.concat(metadata.flatMap(([name, value]) => [Buffer.of(0), text(name), text(value)]));
  const head = Buffer.alloc(FRAME_HEAD_BYTES);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = METADATA;
  head[4] = END_METADATA;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A string literal of HPACK (RFC 7541 section 5.2), not compressed. */
function text(value: string): Buffer {
  const bytes = Buffer.from(value, "latin1");
  if (bytes.length > MAX_LENGTH)
    throw new RangeError(`metadata is longer than ${MAX_LENGTH} bytes: ${value}`);
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}
