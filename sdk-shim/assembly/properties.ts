import * as env from "./abi/env";
import { addressOut, sizeOut, takeReturned } from "./abi/memory";
import { Pairs, isPairs } from "./abi/pairs";
import { Status } from "./abi/types";
import { Bytes, BytesBuilder } from "./bytes";
import { bytesOf } from "./text";

/**
 * Encodes a property path, for instance `propertyPath(["source", "address"])`; keep it in a constant.
 * Names: https://www.envoyproxy.io/docs/envoy/v1.40.0/intro/arch_overview/advanced/attributes
 *
 * @example
 * ```ts
 * const PLAN = propertyPath(["xds", "route_metadata", "filter_metadata", "shop", "plan"]);
 *
 * function planOfRoute(): Bytes | null {
 *   return getProperty(PLAN);
 * }
 * ```
 */
export function propertyPath(segments: Array<string>): Bytes {
  const path = new BytesBuilder();
  for (let i = 0; i < segments.length; i++) {
    if (i > 0) path.appendByte(0);
    path.append(segments[i]);
  }
  return path.take();
}

/**
 * The property at `path` as the host encodes it: a text or bytes as they are, a message of protobuf as its binary form,
 * for all else see the other functions. Null when it has no value; empty for an empty text, and for a message
 * that is not set.
 *
 * @example
 * ```ts
 * const ROUTE = propertyPath(["xds", "route_name"]);
 *
 * function routeName(): Bytes {
 *   const name = getProperty(ROUTE);
 *   return name ? name : Bytes.EMPTY;
 * }
 * ```
 */
export function getProperty(path: Bytes): Bytes | null {
  const status = env.proxy_get_property(path.ptr, path.length, addressOut, sizeOut);
  return status == Status.Ok ? takeReturned() : null;
}

/**
 * The property at `path`, an unsigned number such as `connection.id`; `fallback` when there is none.
 *
 * @example
 * ```ts
 * export function connection(): u64 {
 *   return getUnsignedProperty(Attribute.CONNECTION_ID, 0);
 * }
 * ```
 */
export function getUnsignedProperty(path: Bytes, fallback: u64): u64 {
  const value = getProperty(path);
  return value && value.length == 8 ? load<u64>(value.ptr) : fallback;
}

/**
 * The property at `path`, true or false, such as `connection.mtls`; `fallback` when there is none.
 *
 * @example
 * ```ts
 * export function hasClientCertificate(): bool {
 *   return getBooleanProperty(Attribute.CONNECTION_MTLS, false);
 * }
 * ```
 */
export function getBooleanProperty(path: Bytes, fallback: bool): bool {
  const value = getProperty(path);
  return value && value.length == 1 ? value.at(0) != 0 : fallback;
}

/**
 * The property at `path`, a floating-point number, such as one in the metadata of a route; `fallback` when there is none.
 *
 * @example
 * ```ts
 * const WEIGHT = propertyPath(["xds", "route_metadata", "filter_metadata", "shop", "weight"]);
 *
 * export function weight(): f64 {
 *   return getFloatProperty(WEIGHT, 1.0);
 * }
 * ```
 */
export function getFloatProperty(path: Bytes, fallback: f64): f64 {
  const value = getProperty(path);
  return value && value.length == 8 ? load<f64>(value.ptr) : fallback;
}

/**
 * The property at `path`, a duration such as `request.duration`, in nanoseconds; `fallback` when there is none.
 *
 * @example
 * ```ts
 * export function microseconds(): i64 {
 *   return getDurationProperty(Attribute.REQUEST_DURATION, 0) / 1000;
 * }
 * ```
 */
export function getDurationProperty(path: Bytes, fallback: i64): i64 {
  return getIntegerProperty(path, fallback);
}

/**
 * The property at `path`, a time such as `request.time`, in nanoseconds since 1970-01-01 UTC; `fallback` when there is
 * none.
 *
 * @example
 * ```ts
 * export function secondOfArrival(): i64 {
 *   return getTimeProperty(Attribute.REQUEST_TIME, 0) / 1_000_000_000;
 * }
 * ```
 */
export function getTimeProperty(path: Bytes, fallback: i64): i64 {
  return getIntegerProperty(path, fallback);
}

/**
 * The property at `path`, a map such as `request.headers`; null when there is none, or when it is no map.
 *
 * @example
 * ```ts
 * export function countHeaders(): i32 {
 *   const headers = getMapProperty(Attribute.REQUEST_HEADERS);
 *   return headers ? headers.length : 0;
 * }
 * ```
 */
export function getMapProperty(path: Bytes): Pairs | null {
  const value = getProperty(path);
  return value && isPairs(value) ? new Pairs(value) : null;
}

/**
 * The property at `path`, a list, each element as `getProperty` returns it; null when there is none, or when it is no list.
 *
 * @example
 * ```ts
 * const TAGS = propertyPath(["xds", "route_metadata", "filter_metadata", "shop", "tags"]);
 *
 * export function firstTag(): Bytes | null {
 *   const tags = getListProperty(TAGS);
 *   return tags && tags.length > 0 ? tags[0] : null;
 * }
 * ```
 */
export function getListProperty(path: Bytes): Array<Bytes> | null {
  // The host encodes a list as a map whose values are empty.
  const pairs = getMapProperty(path);
  if (!pairs) return null;
  const list = new Array<Bytes>(pairs.length);
  for (let i = 0; i < list.length; i++) unchecked((list[i] = pairs.name(i)));
  return list;
}

/**
 * A number (port, size, status), duration or time (nanoseconds since 1970); `fallback` when there is none.
 *
 * @example
 * ```ts
 * const SIZE = propertyPath(["request", "size"]);
 *
 * class UploadFilter extends HttpFilter {
 *   onLog(): void {
 *     log(LogLevel.Info, "request of " + decimalText(getIntegerProperty(SIZE, 0)) + " bytes");
 *   }
 * }
 * ```
 */
export function getIntegerProperty(path: Bytes, fallback: i64): i64 {
  const value = getProperty(path);
  return value && value.length == 8 ? load<i64>(value.ptr) : fallback;
}

/**
 * Writes filter state `wasm.<name>`, which later Wasm filters of the stream read with `getProperty` and
 * access logs print with `%FILTER_STATE(wasm.<name>:PLAIN)%`. NotFound outside a stream.
 *
 * @example
 * ```ts
 * const USER = Bytes.of("shop.user");
 *
 * class IdentityFilter extends HttpFilter {
 *   onRequestHeaders(endOfStream: bool): Action {
 *     setProperty(USER, "alice"); // a later filter reads it with getProperty(USER)
 *     return Action.Continue;
 *   }
 * }
 * ```
 */
export function setProperty<N, V>(name: N, value: V): Status {
  const key = bytesOf<N>(name);
  const text = bytesOf<V>(value);
  return env.proxy_set_property(key.ptr, key.length, text.ptr, text.length);
}
