import { decodePairs } from "../../abi/index.ts";
import type { Metadata } from "../../model/index.ts";
import type { Json, JsonObject } from "../../model/json.ts";
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
  const { stream } = context;
  const { node, dynamicMetadata } = context.vm.host;
  return lazy((name) => {
    if (name === "metadata" && stream) return metadataValue(dynamicMetadata);
    if (!OBJECTS.has(name) || !(stream || name === "xds")) return attribute(context, name);
    return lazy((field) => {
      if (name !== "xds") return attribute(context, name, field);
      if (field === "route_metadata") return stream?.route && metadataValue(stream.route.metadata);
      if (field !== "node") return attribute(context, name, field);
      return lazy((part) =>
        part === "metadata" ? jsonValue(node.metadata ?? {}) : attribute(context, name, field, part),
      );
    });
  });
}

/** A message `Metadata`, whose one field is a map. */
function metadataValue(metadata: Metadata | undefined): unknown {
  const fields = jsonValue(metadata ?? {});
  return lazy((field) => (field === "filter_metadata" ? fields : undefined));
}

/** JSON as the library has it: objects are maps, numbers doubles. */
function jsonValue(value: Json): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map(jsonValue);
  return new Map(Object.entries(value as JsonObject).map(([key, item]) => [key, jsonValue(item)]));
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
