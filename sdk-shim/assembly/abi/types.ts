/**
 * Result of a host function (proxy-wasm 0.2.1, `proxy_status_t`).
 *
 * @example
 * ```ts
 * const NAME = Bytes.of("x-user");
 *
 * class UserFilter extends HttpFilter {
 *   onRequestHeaders(endOfStream: bool): Action {
 *     // A value that would split the message is refused, not sent.
 *     if (this.requestHeaders.set(NAME, "alice") != Status.Ok) return this.reply(500).send();
 *     return Action.Continue;
 *   }
 * }
 * ```
 */
export enum Status {
  /** It is done; what the function returns is there. */
  Ok = 0,
  /** There is no such header, property, key, metric, function or token. */
  NotFound = 1,
  /** An argument is wrong, or the call is not possible now. */
  BadArgument = 2,
  /** The host could not encode what was asked for. */
  SerializationFailure = 3,
  /** The host could not decode what it was given. */
  ParseFailure = 4,
  /** An expression is malformed. Envoy does not use it. */
  BadExpression = 5,
  /** An address or a size lies outside of the module's memory, or the module gave no memory for the result. */
  InvalidMemoryAccess = 6,
  /** The queue is empty. */
  Empty = 7,
  /** Somebody else has written since the value was read. */
  CasMismatch = 8,
  /** The result is not of the type that was asked for. Envoy does not use it. */
  ResultMismatch = 9,
  /** The host failed, or does not allow this module the call. */
  InternalFailure = 10,
  /** The connection broke. */
  BrokenConnection = 11,
  /** The host does not have it. */
  Unimplemented = 12,
}

/** Header maps (`proxy_header_map_type_t`). */
export enum MapType {
  RequestHeaders = 0,
  RequestTrailers = 1,
  ResponseHeaders = 2,
  ResponseTrailers = 3,
  GrpcInitialMetadata = 4,
  GrpcTrailingMetadata = 5,
  CallResponseHeaders = 6,
  CallResponseTrailers = 7,
}

/** Buffers (`proxy_buffer_type_t`). */
export enum BufferType {
  RequestBody = 0,
  ResponseBody = 1,
  DownstreamData = 2,
  UpstreamData = 3,
  CallResponseBody = 4,
  GrpcReceive = 5,
  VmConfiguration = 6,
  PluginConfiguration = 7,
  CallData = 8,
  /** No buffer of the host: reading is empty, writing refused. */
  None = 0xff,
}

/** Streams (`proxy_stream_type_t`). */
export enum StreamType {
  Request = 0,
  Response = 1,
  Downstream = 2,
  Upstream = 3,
}

/** Metrics (`proxy_metric_type_t`). */
export enum MetricType {
  Counter = 0,
  Gauge = 1,
  Histogram = 2,
}
