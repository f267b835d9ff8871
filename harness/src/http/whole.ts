/** Exchanges by means that know whole messages only. */
import {
  type HttpCallHandler,
  type HttpClientCall,
  joined,
  type MessageListener,
  type RequestHead,
  type ResponseListener,
} from "../model/exchange.ts";
import type { ClusterHandler, HeaderList, HttpRequest, HttpResponse } from "../model/index.ts";

/** Begins a request that `send` sends when it is complete. */
export function openWhole(
  send: (request: HttpRequest) => Promise<HttpResponse>,
  { length: _, ...head }: RequestHead,
  listener: ResponseListener,
): HttpClientCall {
  const pieces: Uint8Array[] = [];
  let isAborted = false;
  const receive = ({ status, headers, body, trailers = [] }: HttpResponse): void => {
    if (isAborted) return;
    listener.head(status, headers);
    if (body.length > 0) listener.data(body);
    listener.end(trailers);
  };
  return {
    send: (bytes) => void pieces.push(bytes),
    end: (last, trailers = []) => {
      if (last) pieces.push(last);
      const request = { ...head, body: joined(pieces), ...(trailers.length > 0 && { trailers }) };
      send(request).then(receive, (error: Error) => {
        if (!isAborted) listener.cancel(error);
      });
    },
    abort: () => (isAborted = true),
  };
}

/** Serves whole requests with `serve`: its answer is given when it is complete. */
export function wholeHandler(serve: HttpCallHandler): ClusterHandler {
  return ({ method, path, authority, headers, body, trailers = [], metadata }) =>
    new Promise((resolve, reject) => {
      let head: readonly [status: number, headers: HeaderList] = [200, []];
      const pieces: Uint8Array[] = [];
      const breakOff = (): void => reject(new Error("the server broke off"));
      serve({
        method,
        path,
        authority,
        headers,
        listen: (listener: MessageListener) => {
          if (metadata) listener.metadata?.(metadata);
          if (body.length > 0) listener.data(body);
          listener.end(trailers);
        },
        answer: resolve,
        start: (...given) => (head = given),
        send: (bytes) => void pieces.push(bytes),
        end: (list = []) =>
          resolve({
            status: head[0],
            headers: head[1],
            body: joined(pieces),
            ...(list.length > 0 && { trailers: list }),
          }),
        reset: breakOff,
        disconnect: breakOff,
      });
    });
}
