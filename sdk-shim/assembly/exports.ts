// What the host calls. The transform takes away hooks that nothing overrides before they are compiled.

import * as env from "./abi/env";
import { leave } from "./abi/heap";
import { enter } from "./abi/nesting";
import { Action } from "./action";
import { Bytes } from "./bytes";
import { DnsLookup } from "./dns";
import { HttpFilter } from "./filter";
import { GrpcExchange } from "./grpc-exchange";
import { forgetHeaders } from "./headers";
import { HttpCall } from "./http-call";
import { LogLevel, log } from "./log";
import { HAS_CONNECTIONS, connectionOf, endConnection, logConnection } from "./connections";
import { CALL_DATA, PLUGIN_CONFIGURATION } from "./body";
import {
  beginAnswer,
  beginLastHook,
  beginRequestHook,
  beginResponseHook,
  isStreamEnded,
  refuseReset,
} from "./phase";
import { createContext, deleteContext, filterOf, isPlugin, pluginOf } from "./registry";
import { StatsUpdate } from "./stats";
import { vmConfiguration } from "./vm-configuration";
import "./abort";
import "./globals/dom";
import "./globals/node";
import "./globals/trace";

export { proxy_on_memory_allocate } from "./abi/memory";

/** Marks the version of the ABI. */
export function proxy_abi_version_0_2_1(): void {}

function end(): void {
  forgetHeaders();
  leave();
}

/** The filter of stream `id`, about to run a hook of the request; what an earlier one paused comes back to it. */
function requestFilter(id: u32): HttpFilter | null {
  const filter = filterOf(id);
  if (filter) filter.isRequestPaused = false;
  beginRequestHook();
  return filter;
}

/** The same for a hook of the response. */
function responseFilter(id: u32): HttpFilter | null {
  const filter = filterOf(id);
  if (filter) filter.isResponsePaused = false;
  beginResponseHook();
  return filter;
}

function endRequestHook(filter: HttpFilter | null, action: Action): Action {
  if (filter) filter.isRequestPaused = action == Action.Pause && !isStreamEnded();
  end();
  return action;
}

function endResponseHook(filter: HttpFilter | null, action: Action): Action {
  if (filter) filter.isResponsePaused = action == Action.Pause && !isStreamEnded();
  end();
  return action;
}

/** The answer to a stream that has no filter: the request must not pass unfiltered. */
function refuseUnfiltered(id: u32): Action {
  if (HAS_CONNECTIONS && connectionOf(id)) {
    log(LogLevel.Error, "a network filter stands in a chain of HTTP filters: this request is refused");
  }
  const details = Bytes.of("wasm_stream_without_filter");
  env.proxy_send_local_response(500, details.ptr, details.length, 0, 0, 0, 0, -1);
  return Action.Pause;
}

export function proxy_on_context_create(id: u32, parentId: u32): void {
  enter();
  createContext(id, parentId);
  end();
}

export function proxy_on_vm_start(rootId: u32, configurationSize: u32): u32 {
  enter();
  const plugin = pluginOf(rootId);
  const accepted = plugin !== null && plugin.onVmStart(vmConfiguration());
  end();
  return u32(accepted);
}

export function envoy_on_resolve_dns(rootId: u32, token: u32, size: u32): void {
  enter();
  DnsLookup.settle(token);
  end();
}

export function envoy_on_stats_update(rootId: u32, size: u32): void {
  enter();
  const plugin = pluginOf(rootId);
  if (plugin) plugin.onStatsUpdate(new StatsUpdate());
  end();
}

export function proxy_on_foreign_function(id: u32, functionId: u32, size: u32): void {
  enter();
  const argument = CALL_DATA.read();
  beginAnswer(false, false);
  let pluginId = id;
  if (!isPlugin(id)) {
    const filter = filterOf(id);
    if (filter) pluginId = filter.pluginId;
  }
  if (isPlugin(pluginId)) {
    const plugin = pluginOf(pluginId);
    if (plugin) plugin.onForeignFunction(functionId, argument);
  }
  end();
}

export function proxy_on_queue_ready(rootId: u32, queueId: u32): void {
  enter();
  const plugin = pluginOf(rootId);
  if (plugin) plugin.onQueueReady(queueId);
  end();
}

export function proxy_on_configure(rootId: u32, configurationSize: u32): u32 {
  enter();
  const plugin = pluginOf(rootId);
  const accepted = plugin !== null && plugin.configure(PLUGIN_CONFIGURATION.read());
  end();
  return u32(accepted);
}

export function proxy_on_tick(rootId: u32): void {
  enter();
  const plugin = pluginOf(rootId);
  if (plugin) plugin.onTick();
  end();
}

export function proxy_on_http_call_response(
  rootId: u32,
  token: u32,
  headerCount: u32,
  bodySize: u32,
  trailerCount: u32,
): void {
  enter();
  HttpCall.settle(token, headerCount, bodySize);
  end();
}

export function proxy_on_grpc_receive_initial_metadata(rootId: u32, token: u32, count: u32): void {
  enter();
  GrpcExchange.initialMetadata(token);
  end();
}

export function proxy_on_grpc_receive(rootId: u32, token: u32, size: u32): void {
  enter();
  GrpcExchange.message(token, size);
  end();
}

export function proxy_on_grpc_receive_trailing_metadata(rootId: u32, token: u32, count: u32): void {
  enter();
  GrpcExchange.trailingMetadata(token);
  end();
}

export function proxy_on_grpc_close(rootId: u32, token: u32, status: u32): void {
  enter();
  GrpcExchange.end(token, status);
  end();
}

export function proxy_on_request_headers(id: u32, count: u32, endOfStream: u32): u32 {
  enter();
  const filter = requestFilter(id);
  const action = filter ? filter.onRequestHeaders(endOfStream != 0) : refuseUnfiltered(id);
  return endRequestHook(filter, action);
}

export function proxy_on_request_body(id: u32, size: u32, endOfStream: u32): u32 {
  enter();
  const filter = requestFilter(id);
  const action = filter ? filter.onRequestBody(size, endOfStream != 0) : Action.Continue;
  return endRequestHook(filter, action);
}

export function proxy_on_request_trailers(id: u32, count: u32): u32 {
  enter();
  const filter = requestFilter(id);
  const action = filter ? filter.onRequestTrailers() : Action.Continue;
  return endRequestHook(filter, action);
}

/** Whatever it returns, the metadata goes on, and what was paused stays so. */
export function proxy_on_request_metadata(id: u32, count: u32): u32 {
  enter();
  beginRequestHook();
  const filter = filterOf(id);
  if (filter) filter.onRequestMetadata(count);
  end();
  return Action.Continue;
}

export function proxy_on_response_metadata(id: u32, count: u32): u32 {
  enter();
  beginResponseHook();
  const filter = filterOf(id);
  if (filter) filter.onResponseMetadata(count);
  end();
  return Action.Continue;
}

export function proxy_on_response_headers(id: u32, count: u32, endOfStream: u32): u32 {
  enter();
  const filter = responseFilter(id);
  const action = filter ? filter.onResponseHeaders(endOfStream != 0) : Action.Continue;
  return endResponseHook(filter, action);
}

export function proxy_on_response_body(id: u32, size: u32, endOfStream: u32): u32 {
  enter();
  const filter = responseFilter(id);
  const action = filter ? filter.onResponseBody(size, endOfStream != 0) : Action.Continue;
  return endResponseHook(filter, action);
}

export function proxy_on_response_trailers(id: u32, count: u32): u32 {
  enter();
  const filter = responseFilter(id);
  refuseReset();
  const action = filter ? filter.onResponseTrailers() : Action.Continue;
  return endResponseHook(filter, action);
}

export function proxy_on_log(id: u32): void {
  enter();
  beginLastHook();
  const plugin = isPlugin(id) ? pluginOf(id) : null;
  if (plugin) plugin.onLog();
  else {
    const filter = filterOf(id);
    if (filter) filter.onLog();
    else if (HAS_CONNECTIONS) logConnection(id);
  }
  end();
}

export function proxy_on_done(id: u32): u32 {
  enter();
  let isDone = true;
  if (isPlugin(id)) {
    const plugin = pluginOf(id);
    isDone = plugin === null || plugin.end();
  } else {
    const filter = filterOf(id);
    beginLastHook();
    if (filter) filter.onDone();
    else if (HAS_CONNECTIONS) endConnection(id);
  }
  end();
  return u32(isDone);
}

export function proxy_on_delete(id: u32): void {
  enter();
  deleteContext(id);
  end();
}
