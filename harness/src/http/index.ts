/** HTTP over sockets of this machine: clients and servers that leave bytes, order and repetition as they are. */
import {
  answerWhole,
  type HttpClientCall,
  type HttpVersion,
  joined,
  type RequestHead,
  type ResponseListener,
} from "../model/exchange.ts";
import type { ClusterHandler, HttpRequest, HttpResponse } from "../model/index.ts";
import { connectFrom, type SourceAddress } from "./connect.ts";
import { openHttp1 } from "./http1-client.ts";
import { openHttp2 } from "./http2-client.ts";
import type { HttpServer } from "./listening.ts";
import { serveHttp1Calls } from "./http1-server.ts";

export type { SourceAddress } from "./connect.ts";
export type { HttpServer } from "./listening.ts";
export { serveHttp1Calls } from "./http1-server.ts";

/** How a request goes to the proxy. */
export interface OpenOptions {
  /** HTTP/2 with prior knowledge, or HTTP/1.1, the default. */
  readonly http?: HttpVersion;
  /** Address and port of the client, as the PROXY protocol says it (version 1): the listener must understand it. */
  readonly source?: SourceAddress;
}

/**
 * Begins a request to a port of this machine over a connection of its own.
 *
 * @param listener hears of the response, after this call
 * @returns what sends the rest of the request
 */
export function openHttp(
  port: number,
  head: RequestHead,
  listener: ResponseListener,
  { http = 1, source }: OpenOptions = {},
): HttpClientCall {
  const socket = connectFrom(port, source);
  return http === 2 ? openHttp2(socket, head, listener) : openHttp1(socket, head, listener);
}

/** Sends `request` to a port of this machine over a connection of its own, bytes as they are. */
export function sendHttp(port: number, request: HttpRequest, options?: OpenOptions): Promise<HttpResponse> {
  const { body, trailers, ...head } = request;
  return new Promise((resolve, reject) => {
    let status = 0;
    let headers: HttpResponse["headers"] = [];
    const pieces: Uint8Array[] = [];
    const call = openHttp(
      port,
      trailers ? head : { ...head, length: body.length },
      {
        head: (...head) => ([status, headers] = head),
        data: (bytes) => void pieces.push(bytes),
        end: (list) => {
          const response = { status, headers, body: joined(pieces) };
          resolve(list.length > 0 ? { ...response, trailers: list } : response);
        },
        cancel: reject,
      },
      options,
    );
    call.end(body, trailers);
  });
}

/** Serves `handler` on a port of address `host`, a free one if it is 0; a handler that fails breaks the connection off. */
export function serveHttp(handler: ClusterHandler, host: string, port = 0): Promise<HttpServer> {
  return serveHttp1Calls(
    answerWhole(handler, (call) => call.disconnect()),
    host,
    port,
  );
}
