/** Which header map a host function means (proxy-wasm spec 0.2.1, proxy_header_map_type_t). */
export const MapType = {
  RequestHeaders: 0,
  RequestTrailers: 1,
  ResponseHeaders: 2,
  ResponseTrailers: 3,
  GrpcInitialMetadata: 4,
  GrpcTrailingMetadata: 5,
  HttpCallResponseHeaders: 6,
  HttpCallResponseTrailers: 7,
} as const;

/** Which buffer a host function means (proxy-wasm spec 0.2.1, proxy_buffer_type_t). */
export const BufferType = {
  RequestBody: 0,
  ResponseBody: 1,
  DownstreamData: 2,
  UpstreamData: 3,
  HttpCallResponseBody: 4,
  GrpcReceiveBuffer: 5,
  VmConfiguration: 6,
  PluginConfiguration: 7,
  CallData: 8,
} as const;

/** Which stream is continued or closed (proxy-wasm spec 0.2.1, proxy_stream_type_t). */
export const StreamType = { Request: 0, Response: 1, Downstream: 2, Upstream: 3 } as const;

/** Severity of a log line (proxy-wasm spec 0.2.1, proxy_log_level_t). */
export const LogLevel = { Trace: 0, Debug: 1, Info: 2, Warn: 3, Error: 4, Critical: 5 } as const;

/** Who closed a connection (proxy-wasm spec 0.2.1, proxy_peer_type_t). */
export const PeerType = { Unknown: 0, Local: 1, Remote: 2 } as const;

/** Kind of a metric (proxy-wasm spec 0.2.1, proxy_metric_type_t). */
export const MetricType = { Counter: 0, Gauge: 1, Histogram: 2 } as const;

/** Return value of the data hooks (proxy-wasm spec 0.2.1); what is greater means StopNoBuffer. */
export const DataAction = { Continue: 0, StopAndBuffer: 1, StopAndWatermark: 2, StopNoBuffer: 3 } as const;

/**
 * Return value of the header hooks. Envoy 1.40 takes 2 as Continue and turns 1 and everything else
 * into a stop of the whole iteration.
 */
export const HeadersAction = {
  Continue: 0,
  StopIteration: 1,
  ContinueAndEndStream: 2,
  StopAllAndBuffer: 3,
} as const;

/** Limits of a serialized header map in Envoy 1.40. */
export const MAX_PAIRS_BYTES = 1024 * 1024;
export const MAX_PAIRS = 1024;
