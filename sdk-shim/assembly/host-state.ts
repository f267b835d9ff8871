import { Status } from "./abi/types";
import { callForeignFunction } from "./foreign";
import { isStreamOver } from "./phase";
import { ProtobufWriter } from "./protobuf";
import { bytesOf } from "./text";

/**
 * How long a property or filter state lasts, and so who can read it.
 *
 * @example
 * ```ts
 * function rememberVisit(): Status {
 *   return setEnvoyFilterState("envoy.string", "visited", LifeSpan.Connection);
 * }
 * ```
 */
export enum LifeSpan {
  /** As long as the filter chain: the stream, in HTTP. */
  FilterChain = 0,
  /** As long as the request, over internal redirects too. */
  Request = 1,
  /** As long as the client's connection, for all its requests. */
  Connection = 2,
}

/**
 * What a property is to readers that look inside, such as CEL (Envoy's `WasmType`).
 *
 * @example
 * ```ts
 * function declareTenant(): Status {
 *   return declareProperty("shop.tenant", PropertyType.String);
 * }
 * ```
 */
export enum PropertyType {
  /** Bytes without a meaning to the host. */
  Bytes = 0,
  /** Text in UTF-8. */
  String = 1,
  /** A FlatBuffers table. */
  FlatBuffers = 2,
  /** A message of protobuf. */
  Protobuf = 3,
}

/**
 * Says what `setProperty(name, ...)` will write (Envoy's foreign function `declare_property`): call it in `configure`.
 * `schema` is the type URL for Protobuf or the schema for FlatBuffers. A read-only property can be written once.
 *
 * BadArgument when the plugin has declared it already, NotFound when the host has no such function.
 *
 * @example
 * ```ts
 * class SessionPlugin extends Plugin {
 *   configure(config: Bytes): bool {
 *     const status = declareProperty("shop.session", PropertyType.String, LifeSpan.Connection, true);
 *     return status == Status.Ok;
 *   }
 * }
 * ```
 */
export function declareProperty<N>(
  name: N,
  type: PropertyType = PropertyType.Bytes,
  span: LifeSpan = LifeSpan.FilterChain,
  readOnly: bool = false,
  schema: string = "",
): Status {
  const message = new ProtobufWriter()
    .bytes(1, bytesOf<N>(name))
    .bool(2, readOnly)
    .varint(3, type)
    .bytes(4, schema)
    .varint(5, span);
  return callForeignFunction("declare_property", message.take()).status;
}

/**
 * Sets the host's own filter state object `key` from `value`, both a string or Bytes (Envoy's foreign function
 * `set_envoy_filter_state`), for instance `envoy.tcp_proxy.cluster`. Objects that other filters of the host read are
 * set this way; for a value that only Wasm filters and logs read use `setFilterState`.
 *
 * NotFound when the host makes no objects of that name, BadArgument when `value` is none, and when the stream is over.
 *
 * @example
 * ```ts
 * class ServerName extends HttpFilter {
 *   onRequestHeaders(endOfStream: bool): Action {
 *     setEnvoyFilterState("envoy.network.upstream_server_name", "api.example.com", LifeSpan.Request);
 *     return Action.Continue;
 *   }
 * }
 * ```
 */
export function setEnvoyFilterState<K, V>(key: K, value: V, span: LifeSpan = LifeSpan.FilterChain): Status {
  if (isStreamOver()) return Status.BadArgument;
  const message = new ProtobufWriter().bytes(1, bytesOf<K>(key)).bytes(2, bytesOf<V>(value)).varint(3, span);
  return callForeignFunction("set_envoy_filter_state", message.take()).status;
}
