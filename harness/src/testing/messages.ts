import { headerValue } from "../model/headers.ts";
import type { RequestHead } from "../model/exchange.ts";
import type { HeaderList, HttpRequest, HttpResponse } from "../model/index.ts";
import type {
  BodyInit,
  FetchResult,
  HeadersInit,
  OpenOptions,
  ResponseHead,
  UpstreamRequest,
  WholeFetchOptions,
} from "./host.ts";

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

/** Whether a body comes in pieces. */
export function isPiecewise(body: BodyInit | undefined): body is AsyncIterable<string | Uint8Array> {
  return typeof body === "object" && Symbol.asyncIterator in body;
}

/** The head of the request that `open(path, options)` sends. */
export function headOf(path: string, options: OpenOptions): Omit<RequestHead, "length"> {
  return {
    method: options.method ?? "GET",
    path,
    authority: options.authority ?? "example.test",
    headers: headerList(options.headers),
    ...(options.metadata && { metadata: headerList(options.metadata) }),
  };
}

/** The request that `fetch(path, options)` sends, of those with a whole body. */
export function requestOf(path: string, options: WholeFetchOptions): HttpRequest {
  return {
    ...headOf(path, options),
    body: bodyBytes(options.body),
    ...(options.trailers && { trailers: headerList(options.trailers) }),
  };
}

/** Adds the lookup of headers to a request. */
export function upstreamRequest(request: HttpRequest): UpstreamRequest {
  return { ...request, header: (name) => headerValue(request.headers, name) };
}

/** The field that marks a response as the answer of upstream `name` to its request number `index`. */
export function markOf(name: string, index: number): readonly [string, string] {
  return [MARK, `${name}/${index}`];
}

/** Status and headers without the mark. */
export function responseHead(status: number, fields: HeaderList): ResponseHead {
  const headers = fields.filter(([name]) => name !== MARK);
  return { status, headers, header: (name) => headerValue(headers, name) };
}

/** The result of a fetch; `lookup` finds the request that an answer's mark names. */
export function fetchResult(
  response: HttpResponse,
  lookup: (upstream: string, index: number) => UpstreamRequest,
): FetchResult {
  const mark = headerValue(response.headers, MARK);
  let upstream: FetchResult["upstream"] = null;
  if (mark !== null) {
    const [name = "", index = ""] = mark.split("/");
    upstream = { name, request: lookup(name, Number(index)) };
  }
  return {
    ...responseHead(response.status, response.headers),
    body: response.body,
    trailers: response.trailers ?? [],
    text: () => new TextDecoder().decode(response.body),
    upstream,
  };
}
