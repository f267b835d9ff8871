import { headerValue } from "../model/headers.ts";
import type { HeaderList, HttpRequest, HttpResponse } from "../model/index.ts";
import type { FetchOptions, FetchResult, HeadersInit, UpstreamRequest } from "./host.ts";

/** Header by which a double marks its answer, so that the test sees which request it belongs to. Taken out again. */
const MARK = "x-test-upstream-request";

/** `headers` as a list, names written as they are given: hosts fold their case. */
export function headerList(headers: HeadersInit = {}): HeaderList {
  return Array.isArray(headers) ? (headers as HeaderList) : Object.entries(headers as Record<string, string>);
}

/** The bytes of a body given as text (UTF-8) or bytes. */
export function bodyBytes(body: string | Uint8Array = ""): Uint8Array {
  return typeof body === "string" ? new TextEncoder().encode(body) : body;
}

/** The request that `fetch(path, options)` sends. */
export function requestOf(path: string, options: FetchOptions): HttpRequest {
  return {
    method: options.method ?? "GET",
    path,
    authority: options.authority ?? "example.test",
    headers: headerList(options.headers),
    body: bodyBytes(options.body),
    ...(options.trailers && { trailers: headerList(options.trailers) }),
    ...(options.metadata && { metadata: headerList(options.metadata) }),
  };
}

/** Adds the lookup of headers to a request. */
export function upstreamRequest(request: HttpRequest): UpstreamRequest {
  return { ...request, header: (name) => headerValue(request.headers, name) };
}

/** Marks `response` as the answer of upstream `name` to its request number `index`. */
export function markResponse(response: HttpResponse, name: string, index: number): HttpResponse {
  return { ...response, headers: [...response.headers, [MARK, `${name}/${index}`]] };
}

/** The result of a fetch; `lookup` finds the request that an answer's mark names. */
export function fetchResult(
  response: HttpResponse,
  lookup: (upstream: string, index: number) => UpstreamRequest,
): FetchResult {
  const mark = headerValue(response.headers, MARK);
  const headers = response.headers.filter(([name]) => name !== MARK);
  let upstream: FetchResult["upstream"] = null;
  if (mark !== null) {
    const [name = "", index = ""] = mark.split("/");
    upstream = { name, request: lookup(name, Number(index)) };
  }
  return {
    status: response.status,
    headers,
    body: response.body,
    trailers: response.trailers ?? [],
    header: (name) => headerValue(headers, name),
    text: () => new TextDecoder().decode(response.body),
    upstream,
  };
}
