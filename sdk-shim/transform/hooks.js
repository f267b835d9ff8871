// Which callback of the ABI each overridable method needs. Plain data, shared with the tests.

/** @type {Record<string, Record<string, string | string[]>>} class of the SDK -> hook -> export or exports */
export const HOOKS = {
  HttpFilter: {
    onRequestHeaders: "proxy_on_request_headers",
    onRequestBody: "proxy_on_request_body",
    onRequestTrailers: "proxy_on_request_trailers",
    onResponseHeaders: "proxy_on_response_headers",
    onResponseBody: "proxy_on_response_body",
    onResponseTrailers: "proxy_on_response_trailers",
    onRequestMetadata: "proxy_on_request_metadata",
    onResponseMetadata: "proxy_on_response_metadata",
    onLog: "proxy_on_log",
    onDone: "proxy_on_done",
  },
  NetworkFilter: {
    onNewConnection: "proxy_on_new_connection",
    onDownstreamData: "proxy_on_downstream_data",
    onUpstreamData: "proxy_on_upstream_data",
    onDownstreamClose: "proxy_on_downstream_connection_close",
    onUpstreamClose: "proxy_on_upstream_connection_close",
    onDone: "proxy_on_done",
    onLog: "proxy_on_log",
  },
  Plugin: {
    configure: "proxy_on_configure",
    onVmStart: "proxy_on_vm_start",
    onQueueReady: "proxy_on_queue_ready",
    onForeignFunction: "proxy_on_foreign_function",
    onTick: "proxy_on_tick",
    onLog: "proxy_on_log",
    onStatsUpdate: "envoy_on_stats_update",
    onDone: "proxy_on_done",
  },
  HttpCall: {
    onResponse: "proxy_on_http_call_response",
  },
  GrpcCall: {
    onResponse: ["proxy_on_grpc_receive", "proxy_on_grpc_close"],
  },
  GrpcStream: {
    onInitialMetadata: "proxy_on_grpc_receive_initial_metadata",
    onMessage: "proxy_on_grpc_receive",
    onTrailingMetadata: "proxy_on_grpc_receive_trailing_metadata",
    onClose: "proxy_on_grpc_close",
  },
  DnsLookup: {
    onResolved: "envoy_on_resolve_dns",
  },
};

/** Exports that a module needs only when it keeps something per stream or per configuration, by what they say. */
export const BEGIN = "proxy_on_context_create";
export const END = "proxy_on_delete";
