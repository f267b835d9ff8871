// What the host calls for connections (network filters). The transform takes away what nothing overrides.

import { leave } from "./abi/heap";
import { enter } from "./abi/nesting";
import { Action } from "./action";
import * as env from "./abi/env";
import { StreamType } from "./abi/types";
import { HAS_CONNECTIONS, connectionOf } from "./connections";
import { forgetHeaders } from "./headers";
import { LogLevel, log } from "./log";
import { NetworkFilter, hideUpstreamData, showUpstreamData } from "./network-filter";
import { beginConnectionHook } from "./phase";

function begin(id: u32): NetworkFilter | null {
  enter();
  beginConnectionHook();
  return connectionOf(id);
}

function end(): void {
  forgetHeaders();
  leave();
}

/** Ends a hook for the client's side with what it returned. */
function endDownstream(filter: NetworkFilter | null, action: Action): Action {
  if (filter) filter.isDownstreamPaused = action == Action.Pause && !filter.isClosed;
  end();
  return action;
}

/** Every module exports it: one without network filters in a chain of them is seen by nothing else. */
export function proxy_on_new_connection(id: u32): u32 {
  if (!HAS_CONNECTIONS) return refuseConnection();
  const filter = begin(id);
  return endDownstream(filter, filter ? filter.onNewConnection() : refuseConnection());
}

/** What becomes of a connection for which there is no filter: it must not pass unfiltered. */
function refuseConnection(): Action {
  log(LogLevel.Error, "no network filter here: the connection is closed");
  env.proxy_close_stream(StreamType.Downstream);
  return Action.Pause;
}

export function proxy_on_downstream_data(id: u32, size: u32, endOfStream: u32): u32 {
  const filter = begin(id);
  if (filter) filter.isDownstreamPaused = false;
  return endDownstream(filter, filter ? filter.onDownstreamData(size, endOfStream != 0) : Action.Pause);
}

export function proxy_on_upstream_data(id: u32, size: u32, endOfStream: u32): u32 {
  const filter = begin(id);
  showUpstreamData();
  const action = filter ? filter.onUpstreamData(size, endOfStream != 0) : Action.Pause;
  hideUpstreamData();
  end();
  return action;
}

export function proxy_on_downstream_connection_close(id: u32, peer: u32): void {
  const filter = begin(id);
  if (filter) {
    filter.isClosed = true;
    filter.onDownstreamClose(peer);
  }
  end();
}

export function proxy_on_upstream_connection_close(id: u32, peer: u32): void {
  const filter = begin(id);
  if (filter) filter.onUpstreamClose(peer);
  end();
}
