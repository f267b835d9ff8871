import type { HttpVersion, RequestHead } from "../../model/exchange.ts";
import type { HeaderList } from "../../model/index.ts";
import { HeaderMap } from "../headers/header-map.ts";
import { INLINE_REQUEST, INLINE_RESPONSE } from "../headers/inline.ts";
import type { Random } from "../random.ts";

/** What Envoy 1.40 takes away from every external request (measured; the default HTTP connection manager). */
const STRIPPED = [
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "x-envoy-expected-rq-timeout-ms",
  "x-envoy-force-trace",
  "x-envoy-hedge-on-per-try-timeout",
  "x-envoy-internal",
  "x-envoy-ip-tags",
  "x-envoy-max-retries",
  "x-envoy-original-url",
  "x-envoy-retriable-header-names",
  "x-envoy-retriable-status-codes",
  "x-envoy-retry-grpc-on",
  "x-envoy-retry-on",
  "x-envoy-upstream-alt-stat-name",
  "x-envoy-upstream-rq-per-try-timeout-ms",
  "x-envoy-upstream-rq-timeout-alt-response",
  "x-envoy-upstream-rq-timeout-ms",
  "x-envoy-upstream-stream-duration-ms",
  "x-forwarded-client-cert",
];

const HAS_STRIPPED =
  /^(connection|keep-alive|proxy-connection|transfer-encoding|te|x-envoy-.*|x-forwarded-client-cert)$/i;

/**
 * Request headers as the first filter sees them: framing as a client of that version sends it, then Envoy's edits.
 *
 * @param source address and port of the client
 */
export function incomingHeaders(
  request: RequestHead,
  http: HttpVersion,
  random: Random,
  source: string,
): HeaderMap {
  const headers = new HeaderMap(INLINE_REQUEST);
  headers.add(":authority", request.authority);
  headers.add(":path", request.path);
  headers.add(":method", request.method);
  headers.add(":scheme", "http");
  let mustStrip = false;
  for (const [name, value] of request.headers) {
    mustStrip ||= HAS_STRIPPED.test(name);
    headers.add(name, value);
  }
  if (mustStrip) strip(headers);
  const { length, method } = request;
  if (length !== undefined && headers.get("content-length") === undefined) {
    const mustAnnounce = http === 1 && (method === "POST" || method === "PUT" || method === "PATCH");
    if (length > 0 || mustAnnounce) headers.add("content-length", String(length));
  }
  const address = source.slice(0, source.lastIndexOf(":")).replace(/^\[|\]$/g, "");
  const forwarded = headers.get("x-forwarded-for");
  headers.replace("x-forwarded-for", forwarded ? `${forwarded},${address}` : address);
  const scheme = headers.get("x-forwarded-proto");
  if (scheme === undefined) headers.add("x-forwarded-proto", "http");
  else headers.replace(":scheme", scheme);
  headers.replace("x-envoy-external-address", address);
  if (headers.get("x-request-id") === undefined) headers.add("x-request-id", random.uuid());
  return headers;
}

function strip(headers: HeaderMap): void {
  // Fields that the client names in Connection are hop-by-hop (RFC 9110 section 7.6.1).
  for (const token of headers.get("connection")?.split(",") ?? []) {
    const name = token.trim().toLowerCase();
    if (name !== "close" && name !== "upgrade" && name !== "te") headers.remove(name);
  }
  const te = headers.get("te");
  if (te !== undefined && !te.split(",").some((token) => token.trim().toLowerCase() === "trailers"))
    headers.remove("te");
  for (const name of STRIPPED) headers.remove(name);
}

/** Whether a response has no body whatever its headers say (RFC 9112 section 6.3). */
export function isBodiless(status: number, isHead: boolean): boolean {
  return isHead || status < 200 || status === 204 || status === 304;
}

/**
 * Upstream response headers as the last filter sees them: framing as an HTTP/1.1 server sends it.
 *
 * @param length how many bytes of body follow, without trailers; undefined if it is not known
 * @param elapsed since the end of the request; undefined before it
 */
export function upstreamHeaders(
  status: number,
  fields: HeaderList,
  length: number | undefined,
  isHead: boolean,
  elapsed: bigint | undefined,
): HeaderMap {
  const headers = new HeaderMap(INLINE_RESPONSE);
  headers.add(":status", String(status));
  for (const [name, value] of fields) headers.add(name, value);
  const hasFraming =
    headers.get("content-length") !== undefined || headers.get("transfer-encoding") !== undefined;
  if (!hasFraming && isHead && length !== undefined && length > 0)
    headers.add("content-length", String(length));
  if (!hasFraming && !isBodiless(status, isHead)) {
    if (length === undefined) headers.add("transfer-encoding", "chunked");
    else headers.add("content-length", String(length));
  }
  if (elapsed !== undefined) headers.replace("x-envoy-upstream-service-time", String(elapsed / 1_000_000n));
  return headers;
}
