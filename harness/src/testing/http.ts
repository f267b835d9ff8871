import { type IncomingMessage, type Server, createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import type { ClusterHandler, HeaderList, HttpRequest, HttpResponse } from "../model/index.ts";

/** Sends `request` to a port of this machine over a connection of its own, bytes as they are. */
export function sendHttp(port: number, request: HttpRequest): Promise<HttpResponse> {
  const fields = [["host", request.authority] as const, ...request.headers];
  const named = new Set(fields.map(([name]) => name.toLowerCase()));
  if (request.body.length > 0 && !named.has("content-length")) {
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
      readAll(incoming).then(
        (body) => resolve({ status: incoming.statusCode ?? 0, headers: headersOf(incoming), body }),
        reject,
      );
    });
    outgoing.end(request.body);
  });
}

/** Serves `handler` on a free port of all addresses; a handler that fails breaks the connection. */
export async function serveHttp(handler: ClusterHandler): Promise<{ server: Server; port: number }> {
  const server = createServer((incoming, outgoing) => {
    answer(incoming, handler).then(
      (response) => {
        outgoing.writeHead(response.status, response.headers.flat());
        outgoing.end(response.body);
      },
      () => incoming.socket.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

async function answer(incoming: IncomingMessage, handler: ClusterHandler): Promise<HttpResponse> {
  const headers = headersOf(incoming);
  return handler({
    method: incoming.method ?? "",
    path: incoming.url ?? "",
    authority: headers.find(([name]) => name === "host")?.[1] ?? "",
    headers: headers.filter(([name]) => name !== "host"),
    body: await readAll(incoming),
  });
}

async function readAll(incoming: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

function headersOf(incoming: IncomingMessage): HeaderList {
  const raw = incoming.rawHeaders;
  return Array.from(
    { length: raw.length / 2 },
    (_, i) => [raw[2 * i]?.toLowerCase() ?? "", raw[2 * i + 1] ?? ""] as const,
  );
}
