/** Result of a host function (proxy-wasm 0.2.1, `proxy_status_t`). */
export enum Status {
  Ok = 0,
  NotFound = 1,
  BadArgument = 2,
  SerializationFailure = 3,
  ParseFailure = 4,
  BadExpression = 5,
  InvalidMemoryAccess = 6,
  Empty = 7,
  CasMismatch = 8,
  ResultMismatch = 9,
  InternalFailure = 10,
  BrokenConnection = 11,
  Unimplemented = 12,
}

/** Header maps (`proxy_header_map_type_t`). */
export enum MapType {
  RequestHeaders = 0,
  RequestTrailers = 1,
  ResponseHeaders = 2,
  ResponseTrailers = 3,
  CallResponseHeaders = 6,
  CallResponseTrailers = 7,
}

/** Buffers (`proxy_buffer_type_t`). */
export enum BufferType {
  RequestBody = 0,
  ResponseBody = 1,
  CallResponseBody = 4,
  VmConfiguration = 6,
  PluginConfiguration = 7,
}

/** Streams (`proxy_stream_type_t`). */
export enum StreamType {
  Request = 0,
  Response = 1,
}

/** Metrics (`proxy_metric_type_t`). */
export enum MetricType {
  Counter = 0,
  Gauge = 1,
  Histogram = 2,
}
