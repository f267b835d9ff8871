// Connections: the input says what the host does, and what the filter does about it, four bytes for each.

import { Action, NetworkFilter, PeerType, Plugin, Reply, Status } from "proxy-wasm-as-sdk";
import { Body } from "proxy-wasm-as-sdk/assembly/body";
import * as hooks from "proxy-wasm-as-sdk/assembly/exports";
import * as connectionHooks from "proxy-wasm-as-sdk/assembly/network-exports";
import { input, number, out } from "./frame";

const PLUGIN: u32 = 1;
const FIRST: u32 = 2;
const CONNECTIONS: u32 = 3;
const MOST_EVENTS: i32 = 200;

/** Where the running event is. */
let event: i32 = 0;

class Probe extends NetworkFilter {
  onNewConnection(): Action {
    return this.act("n");
  }

  onDownstreamData(size: i32, endOfStream: bool): Action {
    return this.act("d");
  }

  onUpstreamData(size: i32, endOfStream: bool): Action {
    return this.act("u");
  }

  onDownstreamClose(peer: PeerType): void {
    this.act("c");
  }

  onUpstreamClose(peer: PeerType): void {
    this.act("e");
  }

  onDone(): void {
    this.act("o");
  }

  onLog(): void {
    this.act("l");
  }

  private act(hook: string): Action {
    out.append(hook).appendDecimal(this.id);
    const what = input.at(event + 2);
    const body = (what & 8) != 0 ? this.downstreamData : this.upstreamData;
    if ((what & 7) == 1) this.resumeDownstream();
    else if ((what & 7) == 2) this.closeDownstream();
    else if ((what & 7) == 3) this.closeUpstream();
    else if ((what & 7) == 4) read(body);
    else if ((what & 7) == 5) write(body);
    else if ((what & 7) == 6) new Reply(403).send();
    return (what & 0x80) != 0 ? Action.Pause : Action.Continue;
  }
}

/** Reads what lies anywhere: never more than was asked for. */
function read(body: Body): void {
  const start = <i32>number(event + 3);
  const length = <i32>number(event + 1);
  const found = body.read(start, length);
  if (found.length > max(length, 0)) out.append("!");
}

function write(body: Body): void {
  const status = body.replace(input) == Status.Ok ? body.append(input) : body.prepend(input);
  if (status > Status.Unimplemented) out.append("!");
}

/** The plugin of the module. */
export class ProbePlugin extends Plugin {
  createNetworkFilter(): NetworkFilter | null {
    return new Probe();
  }
}

/** The life of a few connections, in any order. */
export function connections(): void {
  hooks.proxy_on_context_create(PLUGIN, 0);
  const end = min(input.length, 4 * MOST_EVENTS);
  for (event = 0; event < end; event += 4) play(FIRST + (input.at(event + 1) % CONNECTIONS));
  for (let id = FIRST; id < FIRST + CONNECTIONS; id++) hooks.proxy_on_delete(id);
}

function play(id: u32): void {
  const size = <u32>number(event);
  const isEnd = u32((input.at(event + 3) & 1) != 0);
  let action: u32 = 9;
  const kind = input.at(event) % 9;
  if (kind == 0) hooks.proxy_on_context_create(id, PLUGIN);
  else if (kind == 1) action = connectionHooks.proxy_on_new_connection(id);
  else if (kind == 2) action = connectionHooks.proxy_on_downstream_data(id, size, isEnd);
  else if (kind == 3) action = connectionHooks.proxy_on_upstream_data(id, size, isEnd);
  else if (kind == 4) connectionHooks.proxy_on_downstream_connection_close(id, size);
  else if (kind == 5) connectionHooks.proxy_on_upstream_connection_close(id, size);
  else if (kind == 6) action = hooks.proxy_on_done(id);
  else if (kind == 7) hooks.proxy_on_log(id);
  else hooks.proxy_on_delete(id);
  out.append(" ").appendDecimal(action).append("\n");
}
