/**
 * What one parameter of a function means, or two: bytes come as pointer and size. `out` ones are pointers to where
 * the host function leaves a result.
 */
export type ParameterKind = PairKind | SingleKind;

/** Kinds that take a pointer and a size: text, serialized headers, a property path with its zero bytes. */
type PairKind = "text" | "pairs" | "path" | "out text" | "out pairs";

type SingleKind = NumberKind | EnumKind | "out u32" | "out u64" | "out LogLevel";
type NumberKind = "u32" | "i32" | "u64" | "i64" | "bool";
type EnumKind = "BufferType" | "LogLevel" | "MapType" | "MetricType" | "PeerType" | "StreamType";

/** What a function of a module returns to the host. */
export type HookResultKind = "bool" | "data action" | "headers action" | "action" | "none" | "u32";

/** Parameters and result of a function that the host calls. */
export interface HookShape {
  readonly parameters: readonly ParameterKind[];
  readonly result: HookResultKind;
}

const PAIR_KINDS: readonly ParameterKind[] = ["text", "pairs", "path", "out text", "out pairs"];

/** How many parameters of WebAssembly stand for one of `kind`. */
export function parameterWidth(kind: ParameterKind): 1 | 2 {
  return PAIR_KINDS.includes(kind) ? 2 : 1;
}

/** Parameters of the functions of module `env` (proxy-wasm spec 0.2.1; Envoy 1.40 for the others). They return a status. */
export const HOST_PARAMETERS: ReadonlyMap<string, readonly ParameterKind[]> = new Map<
  string,
  readonly ParameterKind[]
>([
  ["proxy_log", ["LogLevel", "text"]],
  ["proxy_get_log_level", ["out LogLevel"]],
  ["proxy_get_status", ["out u32", "out text"]],
  ["proxy_get_property", ["path", "out text"]],
  ["proxy_set_property", ["path", "text"]],
  ["proxy_send_local_response", ["u32", "text", "text", "pairs", "i32"]],
  ["proxy_get_header_map_value", ["MapType", "text", "out text"]],
  ["proxy_add_header_map_value", ["MapType", "text", "text"]],
  ["proxy_replace_header_map_value", ["MapType", "text", "text"]],
  ["proxy_remove_header_map_value", ["MapType", "text"]],
  ["proxy_get_header_map_pairs", ["MapType", "out pairs"]],
  ["proxy_set_header_map_pairs", ["MapType", "pairs"]],
  ["proxy_get_header_map_size", ["MapType", "out u32"]],
  ["proxy_get_buffer_status", ["BufferType", "out u32", "out u32"]],
  ["proxy_get_buffer_bytes", ["BufferType", "u32", "u32", "out text"]],
  ["proxy_set_buffer_bytes", ["BufferType", "u32", "u32", "text"]],
  ["proxy_http_call", ["text", "pairs", "text", "pairs", "u32", "out u32"]],
  ["proxy_grpc_call", ["text", "text", "text", "pairs", "text", "u32", "out u32"]],
  ["proxy_grpc_stream", ["text", "text", "text", "pairs", "out u32"]],
  ["proxy_grpc_send", ["u32", "text", "bool"]],
  ["proxy_grpc_cancel", ["u32"]],
  ["proxy_grpc_close", ["u32"]],
  ["proxy_get_shared_data", ["text", "out text", "out u32"]],
  ["proxy_set_shared_data", ["text", "text", "u32"]],
  ["proxy_register_shared_queue", ["text", "out u32"]],
  ["proxy_resolve_shared_queue", ["text", "text", "out u32"]],
  ["proxy_enqueue_shared_queue", ["u32", "text"]],
  ["proxy_dequeue_shared_queue", ["u32", "out text"]],
  ["proxy_define_metric", ["MetricType", "text", "out u32"]],
  ["proxy_increment_metric", ["u32", "i64"]],
  ["proxy_record_metric", ["u32", "u64"]],
  ["proxy_get_metric", ["u32", "out u64"]],
  ["proxy_set_tick_period_milliseconds", ["u32"]],
  ["proxy_get_current_time_nanoseconds", ["out u64"]],
  ["proxy_set_effective_context", ["u32"]],
  ["proxy_done", []],
  ["proxy_call_foreign_function", ["text", "text", "out text"]],
  ["proxy_continue_stream", ["StreamType"]],
  ["proxy_close_stream", ["StreamType"]],
  ["proxy_get_configuration", ["out text"]],
  ["proxy_continue_request", []],
  ["proxy_continue_response", []],
  ["proxy_clear_route_cache", []],
  ["pthread_equal", ["u32", "u32"]],
  ["emscripten_notify_memory_growth", ["u32"]],
  ["envoy_resolve_dns", ["text", "out u32"]],
]);

const hook = (result: HookResultKind, ...parameters: readonly ParameterKind[]): HookShape => ({
  parameters,
  result,
});

/** Parameters and results of the functions that Envoy 1.40 calls in a module. The first one is mostly the context. */
export const HOOK_SHAPES: ReadonlyMap<string, HookShape> = new Map([
  ["_initialize", hook("none")],
  ["_start", hook("none")],
  ["main", hook("u32", "u32", "u32")],
  ["__main_void", hook("u32")],
  ["malloc", hook("u32", "u32")],
  ["proxy_on_memory_allocate", hook("u32", "u32")],
  ["proxy_validate_configuration", hook("bool", "u32", "u32")],
  ["proxy_on_vm_start", hook("bool", "u32", "u32")],
  ["proxy_on_configure", hook("bool", "u32", "u32")],
  ["proxy_on_tick", hook("none", "u32")],
  ["proxy_on_context_create", hook("none", "u32", "u32")],
  ["proxy_on_new_connection", hook("action", "u32")],
  ["proxy_on_downstream_data", hook("action", "u32", "u32", "bool")],
  ["proxy_on_upstream_data", hook("action", "u32", "u32", "bool")],
  ["proxy_on_downstream_connection_close", hook("none", "u32", "PeerType")],
  ["proxy_on_upstream_connection_close", hook("none", "u32", "PeerType")],
  ["proxy_on_request_headers", hook("headers action", "u32", "u32", "bool")],
  ["proxy_on_request_body", hook("data action", "u32", "u32", "bool")],
  ["proxy_on_request_trailers", hook("action", "u32", "u32")],
  ["proxy_on_request_metadata", hook("action", "u32", "u32")],
  ["proxy_on_response_headers", hook("headers action", "u32", "u32", "bool")],
  ["proxy_on_response_body", hook("data action", "u32", "u32", "bool")],
  ["proxy_on_response_trailers", hook("action", "u32", "u32")],
  ["proxy_on_response_metadata", hook("action", "u32", "u32")],
  ["proxy_on_http_call_response", hook("none", "u32", "u32", "u32", "u32", "u32")],
  ["proxy_on_grpc_receive_initial_metadata", hook("none", "u32", "u32", "u32")],
  ["proxy_on_grpc_receive", hook("none", "u32", "u32", "u32")],
  ["proxy_on_grpc_receive_trailing_metadata", hook("none", "u32", "u32", "u32")],
  ["proxy_on_grpc_close", hook("none", "u32", "u32", "u32")],
  ["proxy_on_queue_ready", hook("none", "u32", "u32")],
  ["proxy_on_foreign_function", hook("none", "u32", "u32", "u32")],
  ["proxy_on_done", hook("bool", "u32")],
  ["proxy_on_log", hook("none", "u32")],
  ["proxy_on_delete", hook("none", "u32")],
  ["envoy_on_resolve_dns", hook("none", "u32", "u32", "u32")],
  ["envoy_on_stats_update", hook("none", "u32", "u32")],
]);
