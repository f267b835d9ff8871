import { type Pair, Status } from "../../abi/index.ts";
import type { Metadata } from "../../model/index.ts";
import type { Json, JsonObject } from "../../model/json.ts";
import { encodeStruct, entry } from "../vm/struct.ts";
import { bool, double, map, type Value } from "./values.ts";

/**
 * Reads below a message `Metadata` (Envoy 1.40): the message as a whole is its binary, everything below are maps, lists and
 * values of JSON.
 *
 * @param metadata undefined where none is set
 * @returns undefined for what is not there
 */
export function metadataAttribute(
  metadata: Metadata | undefined,
  [field, ...path]: readonly string[],
): Value | Status | undefined {
  if (field === undefined)
    return Buffer.concat(
      Object.entries(metadata ?? {}).map(([key, value]) => entry(key, encodeStruct(value))),
    );
  if (field === "filter_metadata") return jsonAttribute(metadata ?? {}, path);
  return field === "typed_filter_metadata" && path.length === 0 ? map([]) : undefined;
}

/**
 * Reads below a `google.protobuf.Struct` or what is in one.
 *
 * @returns undefined for what is not there; SerializationFailure for null, and for what has one in it
 */
export function jsonAttribute(value: Json, [part, ...rest]: readonly string[]): Value | Status | undefined {
  if (part === undefined) return encode(value) ?? Status.SerializationFailure;
  const inner = below(value, part);
  return inner === undefined ? undefined : jsonAttribute(inner, rest);
}

function below(value: Json, part: string): Json | undefined {
  if (value === null || typeof value !== "object") return undefined;
  if (isList(value)) return /^\d+$/.test(part) ? value[Number(part)] : undefined;
  const name = Buffer.from(part, "latin1").toString();
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

function encode(value: Json): Value | undefined {
  if (value === null) return undefined;
  if (typeof value === "string") return Buffer.from(value);
  if (typeof value === "boolean") return bool(value);
  if (typeof value === "number") return double(value);
  const pairs: Pair[] = [];
  for (const [key, item] of isList(value) ? value.entries() : Object.entries(value)) {
    const encoded = encode(item);
    if (!encoded) return undefined;
    const bytes = Buffer.from(encoded).toString("latin1");
    // The elements of a list are the names.
    pairs.push(isList(value) ? [bytes, ""] : [Buffer.from(String(key)).toString("latin1"), bytes]);
  }
  return map(pairs);
}

function isList(value: readonly Json[] | JsonObject): value is readonly Json[] {
  return Array.isArray(value);
}
