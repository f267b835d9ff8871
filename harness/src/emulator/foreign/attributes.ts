import { decodePairs } from "../../abi/index.ts";
import { readProperty } from "../properties/read.ts";
import type { Context } from "../vm/context.ts";
import { durationOf, uintOf } from "./cel.ts";

type Decode = (bytes: Buffer) => unknown;

const text: Decode = (bytes) => bytes.toString("utf8");
const int: Decode = (bytes) => bytes.readBigInt64LE();
const uint: Decode = (bytes) => uintOf(bytes.readBigUInt64LE());
const bool: Decode = (bytes) => bytes[0] !== 0;
const time: Decode = (bytes) => new Date(Number(bytes.readBigInt64LE() / 1_000_000n));
const map: Decode = (bytes) =>
  new Map(decodePairs(bytes).map(([key, value]) => [key, Buffer.from(value, "latin1").toString("utf8")]));
const duration: Decode = (bytes) => durationOf(bytes.readBigInt64LE());

/** Types of the attributes that are no text (Envoy 1.40, attributes reference). */
const TYPES: Readonly<Record<string, Decode>> = {
  "request.headers": map,
  "request.time": time,
  "request.duration": duration,
  "request.size": int,
  "request.total_size": int,
  "response.code": int,
  "response.flags": int,
  "response.grpc_status": int,
  "response.headers": map,
  "response.trailers": map,
  "response.size": int,
  "response.total_size": int,
  "response.backend_latency": duration,
  "source.port": int,
  "destination.port": int,
  "connection.id": uint,
  "connection.mtls": bool,
  "upstream.port": int,
  "upstream.num_endpoints": uint,
  "upstream.request_attempt_count": uint,
  "upstream.cx_pool_ready_duration": duration,
  "xds.listener_direction": int,
  connection_id: uint,
};

/** Names whose values are objects of further names. */
const OBJECTS: ReadonlySet<string> = new Set([
  "request",
  "response",
  "source",
  "destination",
  "connection",
  "upstream",
  "xds",
  "filter_state",
]);

/** What an expression finds by name in `context`, read only when it asks. */
export function attributesOf(context: Context): ReadonlyMap<string, unknown> {
  return lazy((name) =>
    OBJECTS.has(name) && (context.stream || name === "xds")
      ? lazy((field) =>
          name === "xds" && field === "node"
            ? lazy((part) => attribute(context, name, field, part))
            : attribute(context, name, field),
        )
      : attribute(context, name),
  );
}

function attribute(context: Context, ...path: readonly string[]): unknown {
  const value = readProperty(context, path.join("\0"));
  if (typeof value === "number") return undefined;
  return (TYPES[path.join(".")] ?? text)(Buffer.from(value.buffer, value.byteOffset, value.length));
}

const wholeObjects = new WeakSet<object>();

/** Whether `value` is an object such as `request` itself, which has no encoding. */
export function isWholeObject(value: object): boolean {
  return wholeObjects.has(value);
}

/** A map that computes its values. The library tells maps by their constructor, so it is no class of its own. */
function lazy(valueOf: (name: string) => unknown): Map<string, unknown> {
  const names = new Map<string, unknown>();
  wholeObjects.add(names);
  names.get = valueOf;
  names.has = (name) => valueOf(name) !== undefined;
  return names;
}
