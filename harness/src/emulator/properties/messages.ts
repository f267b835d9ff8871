import type { HeaderMap } from "../headers/header-map.ts";
import { grpcStatusOf } from "../stream/local-reply.ts";
import type { HttpStream } from "../stream/stream.ts";
import type { Context } from "../vm/context.ts";
import { integer, map, text, type Value } from "./values.ts";

/** Bits of response.flags for what can go wrong here (Envoy 1.40, legacy response flags). */
const FLAGS: readonly (readonly [details: string, flag: number])[] = [
  ["response_timeout", 0x4],
  ["upstream_reset_before_response_started{remote", 0x20],
  ["upstream_reset_before_response_started{connection", 0x40],
  ["route_not_found", 0x100],
  ["filter_removed_required_request_headers", 0x40000],
  ["downstream_remote_disconnect", 0x4000],
];

/** Attributes that are one header field. */
const FIELDS: Readonly<Record<string, string>> = {
  path: ":path",
  host: ":authority",
  scheme: ":scheme",
  method: ":method",
  referer: "referer",
  useragent: "user-agent",
  id: "x-request-id",
};

function field(headers: HeaderMap | undefined, name: string): Value | undefined {
  const value = headers?.joined(name);
  return value === undefined ? undefined : text(value);
}

function fieldMap(headers: HeaderMap | undefined, name: string | undefined): Value | undefined {
  if (name !== undefined) return field(headers, name);
  const names = new Set(headers?.entries.map(([key]) => key));
  return map([...names].map((key) => [key, headers?.joined(key) ?? ""]));
}

/**
 * Attributes of the request (Envoy 1.40, attributes reference). What comes from the headers is there only while
 * the request headers are in the filter's hands, and in on_log: measured on the release binary.
 */
export function requestAttribute(context: Context, [name = "", key]: readonly string[]): Value | undefined {
  const { stream } = context;
  if (!stream) return undefined;
  const headers = context.maps[0] ?? context.logMaps?.[0];
  switch (name) {
    case "headers":
      return fieldMap(headers, key);
    case "protocol":
      return text(stream.http === 2 ? "HTTP/2" : "HTTP/1.1");
    case "time":
      return integer(stream.startTime);
    case "duration":
      return stream.endTime === undefined ? undefined : integer(stream.endTime - stream.startTime);
    case "size":
      return integer(requestSize(stream, headers));
    case "total_size":
      return integer(stream.requestBodyBytes + (headers?.byteSize ?? 0));
  }
  return headers && headerAttribute(headers, name);
}

function headerAttribute(headers: HeaderMap, name: string): Value | undefined {
  const path = headers.get(":path");
  const pseudo = FIELDS[name];
  if (pseudo !== undefined) return field(headers, pseudo);
  if (path === undefined) return undefined;
  const queryStart = path.indexOf("?");
  if (name === "url_path") return text(queryStart < 0 ? path : path.slice(0, queryStart));
  if (name === "query")
    return text(queryStart < 0 ? "" : (path.slice(queryStart + 1).split("#", 1)[0] ?? ""));
  return undefined;
}

function requestSize(stream: HttpStream, headers: HeaderMap | undefined): number {
  const announced = headers?.get("content-length");
  return announced === undefined ? stream.requestBodyBytes : Number(announced);
}

/** Attributes of the response. What comes from its headers is there while the filter holds them, and in on_log. */
export function responseAttribute(context: Context, [name = "", key]: readonly string[]): Value | undefined {
  const { stream } = context;
  if (!stream) return undefined;
  const headers = context.maps[2] ?? context.logMaps?.[2];
  const trailers = context.maps[3] ?? context.logMaps?.[3];
  switch (name) {
    case "code": {
      const status = stream.responseHeaders?.get(":status");
      return status === undefined ? undefined : integer(Number(status));
    }
    case "code_details":
      return stream.details === "" ? undefined : text(stream.details);
    case "flags":
      return integer(FLAGS.find(([details]) => stream.details.startsWith(details))?.[1] ?? 0);
    case "grpc_status": {
      const status = trailers?.get("grpc-status") ?? headers?.get("grpc-status");
      if (status !== undefined) return integer(BigInt(Number(status)));
      const code = stream.responseHeaders?.get(":status");
      return code === undefined ? undefined : integer(grpcStatusOf(Number(code)));
    }
    case "headers":
      return fieldMap(headers, key);
    case "trailers":
      return fieldMap(trailers, key);
    case "size":
      return integer(stream.responseBodyBytes);
    case "total_size":
      return integer(stream.responseBodyBytes + (headers?.byteSize ?? 0) + (trailers?.byteSize ?? 0));
    case "backend_latency":
      return stream.upstreamStart === undefined ? undefined : integer(0);
  }
  return undefined;
}
