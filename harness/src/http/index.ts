/** HTTP/1.1 over sockets of this machine: a client and a server that leave bytes, order and repetition as they are. */
import { once } from "node:events";
import { type IncomingMessage, type OutgoingMessage, createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import type { ClusterHandler, HeaderList, HttpRequest, HttpResponse } from "../model/index.ts";

/** Sends `request` to a port of this machine over a connection of its own, bytes as they are. */
export function sendHttp(port: number, request: HttpRequest): Promise<HttpResponse> {
  const fields = [["host", request.authority] as const, ...request.headers];
  const named = new Set(fields.map(([name]) => name.toLowerCase()));
  if (request.trailers) {
    fields.push(["transfer-encoding", "chunked"]);
  } else if (request.body.length > 0 && !named.has("content-length")) {
    fields.push(["content-length", String(request.body.length)]);
  }
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({
      host: "127.0.0.1",
      port,
      method: request.method,
      path: request.path,
      headers: fields.flat(),
      agent: false,
      timeout: 15_000,
    });
    outgoing.once("error", reject);
    outgoing.once("timeout", () => outgoing.destroy(new Error("no answer within 15 s")));
    outgoing.once("response", (incoming) => {
      readAll(incoming).then((body) => {
        const headers = fieldsOf(incoming.rawHeaders);
        resolve({ status: incoming.statusCode ?? 0, headers, body, ...trailersOf(incoming) });
      }, reject);
    });
    end(outgoing, request);
  });
}

/** A server on this machine; disposing of it breaks its connections off. */
export interface HttpServer extends AsyncDisposable {
  readonly port: number;
}

/** Serves `handler` on a port of address `host`, a free one if it is 0; a handler that fails breaks the connection off. */
export async function serveHttp(handler: ClusterHandler, host: string, port = 0): Promise<HttpServer> {
  const server = createServer((incoming, outgoing) => {
    answer(incoming, handler).then(
      (response) => {
        outgoing.writeHead(response.status, response.headers.flat());
        end(outgoing, response);
      },
      () => incoming.socket.destroy(),
    );
  });
  server.listen(port, host);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function answer(incoming: IncomingMessage, handler: ClusterHandler): Promise<HttpResponse> {
  const headers = fieldsOf(incoming.rawHeaders);
  const body = await readAll(incoming);
  return handler({
    method: incoming.method ?? "",
    path: incoming.url ?? "",
    authority: headers.find(([name]) => name === "host")?.[1] ?? "",
    headers: headers.filter(([name]) => name !== "host"),
    body,
    ...trailersOf(incoming),
  });
}

async function readAll(incoming: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

/** Sends body and trailers of `message`. */
function end(outgoing: OutgoingMessage, { body, trailers }: HttpRequest | HttpResponse): void {
  if (trailers) {
    outgoing.write(body);
    outgoing.addTrailers(trailers.map(([name, value]): [string, string] => [name, value]));
    outgoing.end();
  } else outgoing.end(body);
}

/** The trailers of a message that has been read to its end; nothing when it has none. */
function trailersOf({ rawTrailers }: IncomingMessage): { trailers?: HeaderList } {
  return rawTrailers.length > 0 ? { trailers: fieldsOf(rawTrailers) } : {};
}

function fieldsOf(raw: readonly string[]): HeaderList {
  return Array.from(
    { length: raw.length / 2 },
    (_, i) => [raw[2 * i]?.toLowerCase() ?? "", raw[2 * i + 1] ?? ""] as const,
  );
}
