// Which plugin each stream belongs to, when one filter object serves all streams of a plugin. As long as there is one
// plugin, that is all to be known, and the host need not announce the end of streams. While there are several (more
// configurations in one VM, or the streams of a replaced one not yet at their end), each new stream is noted; those
// that are gone are found by asking the host, once for as many new streams as there is room for.

import * as env from "./abi/env";
import { ContextTable } from "./context-table";
import { Context } from "./filter";
import { Plugin } from "./plugin";


@final
class NotedStream extends Context {
  constructor(
    id: u32,
    readonly plugin: Plugin,
  ) {
    super();
    this.id = id;
  }
}

/** The host's number of the only plugin, 0 while there is none or more than one. */
let onlyId: u32 = 0;
/** The plugin of all streams that are not in `streams`. */
// @ts-ignore: decorator
@lazy
let elder: Plugin | null = null;
// @ts-ignore: decorator
@lazy
let streams = new ContextTable();
// @ts-ignore: decorator
@lazy
const plugins = new ContextTable();

/** The plugin with number `id`; null when it is not known or was seen to be gone. */
export function sharingPlugin(id: u32): Plugin | null {
  return changetype<Plugin | null>(plugins.get(id));
}

/** Adds `plugin`, new, whose number is set and for which the host has called. */
export function addSharingPlugin(plugin: Plugin): void {
  plugins.dropGone();
  env.proxy_set_effective_context(plugin.id);
  if (plugins.size == 0) beOnly(plugin);
  else onlyId = 0;
  plugins.add(plugin);
}

/** Whether new streams of plugin `id` need not be noted. */
export function isOnlyPlugin(id: u32): bool {
  return id == onlyId;
}

/** Notes that stream `id`, new, for which the host has called, belongs to `plugin`. */
export function noteStream(id: u32, plugin: Plugin): void {
  if (streams.isFull) {
    streams.dropGone();
    plugins.dropGone();
    env.proxy_set_effective_context(id);
    // A plugin outlives its streams: where no other is left, all streams are this one's.
    if (plugins.size == 1) return beOnly(plugin);
  }
  streams.add(new NotedStream(id, plugin));
}

/** The plugin of stream `id`; null when it has none. */
export function pluginOfStream(id: u32): Plugin | null {
  if (onlyId != 0) return elder;
  const noted = changetype<NotedStream | null>(streams.get(id));
  return noted ? noted.plugin : elder;
}

function beOnly(plugin: Plugin): void {
  elder = plugin;
  onlyId = plugin.id;
  streams = new ContextTable();
}
