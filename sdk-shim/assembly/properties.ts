import * as env from "./abi/env";
import { addressOut, sizeOut, takeReturned } from "./abi/memory";
import { Status } from "./abi/types";
import { Bytes, BytesBuilder } from "./bytes";
import { bytesOf } from "./text";

/**
 * Encodes a property path, for instance `propertyPath(["source", "address"])`; keep it in a constant.
 * Names: https://www.envoyproxy.io/docs/envoy/v1.40.0/intro/arch_overview/advanced/attributes
 */
export function propertyPath(segments: Array<string>): Bytes {
  const path = new BytesBuilder();
  for (let i = 0; i < segments.length; i++) {
    if (i > 0) path.appendByte(0);
    path.append(segments[i]);
  }
  return path.take();
}

/** The property at `path` as the host encodes it; null when it has no value. */
export function getProperty(path: Bytes): Bytes | null {
  const status = env.proxy_get_property(path.ptr, path.length, addressOut, sizeOut);
  return status == Status.Ok ? takeReturned() : null;
}

/** A number (port, size, status), duration or time (nanoseconds since 1970); `fallback` when there is none. */
export function getIntegerProperty(path: Bytes, fallback: i64): i64 {
  const value = getProperty(path);
  return value && value.length == 8 ? load<i64>(value.ptr) : fallback;
}

/**
 * Writes filter state `wasm.<name>`, which later Wasm filters of the stream read with `getProperty` and
 * access logs print with `%FILTER_STATE(wasm.<name>:PLAIN)%`. NotFound outside a stream.
 */
export function setProperty<N, V>(name: N, value: V): Status {
  const key = bytesOf<N>(name);
  const text = bytesOf<V>(value);
  return env.proxy_set_property(key.ptr, key.length, text.ptr, text.length);
}
