// The host functions of proxy-wasm 0.2.1 as Envoy exports them in module "env" (the compiler takes the
// module's name from this file's). Pointers and sizes are bytes in linear memory; each returns a Status.
// A pair (..Out, sizeOut) is where the host writes address and size of what it allocated with our allocator.

export declare function proxy_log(level: u32, message: usize, size: usize): u32;
export declare function proxy_get_log_level(levelOut: usize): u32;
export declare function proxy_get_status(codeOut: usize, messageOut: usize, sizeOut: usize): u32;
export declare function proxy_get_current_time_nanoseconds(timeOut: usize): u32;
export declare function proxy_set_tick_period_milliseconds(period: u32): u32;
export declare function proxy_set_effective_context(contextId: u32): u32;
export declare function proxy_done(): u32;
export declare function proxy_get_property(
  path: usize,
  pathSize: usize,
  valueOut: usize,
  sizeOut: usize,
): u32;
export declare function proxy_set_property(path: usize, pathSize: usize, value: usize, valueSize: usize): u32;
export declare function proxy_get_header_map_value(
  map: u32,
  name: usize,
  nameSize: usize,
  valueOut: usize,
  sizeOut: usize,
): u32;
export declare function proxy_add_header_map_value(
  map: u32,
  name: usize,
  nameSize: usize,
  value: usize,
  valueSize: usize,
): u32;
export declare function proxy_replace_header_map_value(
  map: u32,
  name: usize,
  nameSize: usize,
  value: usize,
  valueSize: usize,
): u32;
export declare function proxy_remove_header_map_value(map: u32, name: usize, nameSize: usize): u32;
export declare function proxy_get_header_map_pairs(map: u32, pairsOut: usize, sizeOut: usize): u32;
export declare function proxy_set_header_map_pairs(map: u32, pairs: usize, size: usize): u32;
export declare function proxy_get_header_map_size(map: u32, sizeOut: usize): u32;
export declare function proxy_get_buffer_status(buffer: u32, lengthOut: usize, flagsOut: usize): u32;
export declare function proxy_get_buffer_bytes(
  buffer: u32,
  start: u32,
  length: u32,
  bytesOut: usize,
  sizeOut: usize,
): u32;
export declare function proxy_set_buffer_bytes(
  buffer: u32,
  start: u32,
  length: u32,
  bytes: usize,
  size: usize,
): u32;
export declare function proxy_send_local_response(
  status: u32,
  details: usize,
  detailsSize: usize,
  body: usize,
  bodySize: usize,
  headers: usize,
  headersSize: usize,
  grpcStatus: i32,
): u32;
export declare function proxy_continue_stream(stream: u32): u32;
export declare function proxy_close_stream(stream: u32): u32;
export declare function proxy_http_call(
  cluster: usize,
  clusterSize: usize,
  headers: usize,
  headersSize: usize,
  body: usize,
  bodySize: usize,
  trailers: usize,
  trailersSize: usize,
  timeoutMilliseconds: u32,
  tokenOut: usize,
): u32;
export declare function proxy_grpc_call(
  grpcService: usize,
  grpcServiceSize: usize,
  service: usize,
  serviceSize: usize,
  method: usize,
  methodSize: usize,
  metadata: usize,
  metadataSize: usize,
  message: usize,
  messageSize: usize,
  timeoutMilliseconds: u32,
  tokenOut: usize,
): u32;
export declare function proxy_grpc_stream(
  grpcService: usize,
  grpcServiceSize: usize,
  service: usize,
  serviceSize: usize,
  method: usize,
  methodSize: usize,
  metadata: usize,
  metadataSize: usize,
  tokenOut: usize,
): u32;
export declare function proxy_grpc_send(
  token: u32,
  message: usize,
  messageSize: usize,
  endOfStream: u32,
): u32;
export declare function proxy_grpc_cancel(token: u32): u32;
export declare function proxy_grpc_close(token: u32): u32;
export declare function proxy_get_shared_data(
  key: usize,
  keySize: usize,
  valueOut: usize,
  sizeOut: usize,
  casOut: usize,
): u32;
export declare function proxy_set_shared_data(
  key: usize,
  keySize: usize,
  value: usize,
  valueSize: usize,
  cas: u32,
): u32;
export declare function proxy_register_shared_queue(name: usize, nameSize: usize, queueOut: usize): u32;
export declare function proxy_resolve_shared_queue(
  vmId: usize,
  vmIdSize: usize,
  name: usize,
  nameSize: usize,
  queueOut: usize,
): u32;
export declare function proxy_enqueue_shared_queue(queue: u32, message: usize, size: usize): u32;
export declare function proxy_dequeue_shared_queue(queue: u32, messageOut: usize, sizeOut: usize): u32;
export declare function proxy_define_metric(type: u32, name: usize, nameSize: usize, idOut: usize): u32;
export declare function proxy_increment_metric(id: u32, offset: i64): u32;
export declare function proxy_record_metric(id: u32, value: u64): u32;
export declare function proxy_get_metric(id: u32, valueOut: usize): u32;
export declare function proxy_call_foreign_function(
  name: usize,
  nameSize: usize,
  argument: usize,
  argumentSize: usize,
  resultOut: usize,
  sizeOut: usize,
): u32;
export declare function envoy_resolve_dns(name: usize, nameSize: usize, tokenOut: usize): u32;
