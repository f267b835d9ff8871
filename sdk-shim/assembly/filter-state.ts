import { Status } from "./abi/types";
import { Bytes, BytesBuilder } from "./bytes";
import { getProperty, setProperty } from "./properties";
import { bytesOf } from "./text";

// @ts-ignore: decorator
@lazy
const OBJECTS = Bytes.of("filter_state\0");
// @ts-ignore: decorator
@lazy
const WRITTEN = Bytes.of("filter_state\0wasm.");

/**
 * Tells later filters of the stream, in whichever VM, that `name` is `value`, both a string or Bytes; access logs print
 * it with `%FILTER_STATE(wasm.<name>:PLAIN)%`. It lasts as long as the stream unless `declareProperty` said otherwise.
 *
 * NotFound outside a stream, BadArgument for a name with a NUL and for one that was declared read-only and is written.
 *
 * @example
 * ```ts
 * class Identify extends HttpFilter {
 *   onRequestHeaders(endOfStream: bool): Action {
 *     setFilterState("shop.tenant", "acme");
 *     return Action.Continue;
 *   }
 * }
 * ```
 */
export function setFilterState<N, V>(name: N, value: V): Status {
  const key = bytesOf<N>(name);
  // The host would store it where nothing can read it.
  if (key.indexOf(0) >= 0) return Status.BadArgument;
  return setProperty(key, value);
}

/**
 * What a filter of the stream has told with `setFilterState` under `name`, a string or Bytes; null when none did. A
 * client cannot set it.
 *
 * @example
 * ```ts
 * export function tenant(): Bytes {
 *   const tenant = getFilterState("shop.tenant");
 *   return tenant ? tenant : Bytes.EMPTY;
 * }
 * ```
 */
export function getFilterState<N>(name: N): Bytes | null {
  return read<N>(WRITTEN, name);
}

/**
 * The host's filter state object `key`, a string or Bytes, such as one set with `setEnvoyFilterState` or by a filter of
 * the host's own: its text, or the message of protobuf that it is. Null when there is none, or when it cannot be
 * written as bytes.
 *
 * @example
 * ```ts
 * export function originalServerName(): Bytes | null {
 *   return getFilterStateObject("envoy.network.upstream_server_name");
 * }
 * ```
 */
export function getFilterStateObject<N>(key: N): Bytes | null {
  return read<N>(OBJECTS, key);
}

function read<N>(prefix: Bytes, name: N): Bytes | null {
  const key = bytesOf<N>(name);
  const path = new BytesBuilder(prefix.length + key.length);
  return getProperty(path.append(prefix).append(key).view());
}
