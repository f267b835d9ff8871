import { Bytes, BytesBuilder } from "./bytes";
import { HAS_CONNECTIONS, createConnection, deleteConnection } from "./connections";
import { ContextTable } from "./context-table";
import { HttpFilter, announceContext, isMadeFor } from "./filter";
import { GrpcExchange } from "./grpc-exchange";
import { HttpCall } from "./http-call";
import { LogLevel, log } from "./log";
import { Plugin } from "./plugin";
import { getProperty } from "./properties";
import { addSharingPlugin, isOnlyPlugin, noteStream, pluginOfStream, sharingPlugin } from "./shared-streams";
import { HAS_SEVERAL_PLUGINS, MAKES_CALLS, MAY_REUSE_FILTERS, SHARING, Sharing } from "./sharing";


@final
class Registration {
  constructor(
    readonly create: () => Plugin,
    readonly rootId: string,
    readonly next: Registration | null,
  ) {}
}

let lastRegistration: Registration | null = null;
// @ts-ignore: decorator
@lazy
const plugins = new ContextTable();
// @ts-ignore: decorator
@lazy
const filters = new ContextTable();
/** The one plugin and the one filter of a module that keeps nothing. */
// @ts-ignore: decorator
@lazy
let sharedPlugin: Plugin | null = null;
// @ts-ignore: decorator
@lazy
let sharedFilter: HttpFilter | null = null;

/**
 * Names the plugin that this module is; call it at the top level of the entry file. A module with several
 * plugins names each with the `root_id` of its configuration; the only one takes any `root_id`.
 *
 * @example
 * ```ts
 * class PassingPlugin extends Plugin {}
 *
 * registerPlugin(() => new PassingPlugin(), "passing");
 * ```
 */
export function registerPlugin(create: () => Plugin, rootId: string = ""): void {
  lastRegistration = new Registration(create, rootId, lastRegistration);
}

/** The plugin with the host's number `id`, made at the first sight of it; null when no root_id fits. */
export function pluginOf(id: u32): Plugin | null {
  let plugin = knownPlugin(id);
  if (!plugin) {
    const registration = registrationForCurrentRoot();
    if (!registration) return null;
    announceContext(id, id);
    plugin = registration.create();
    announceContext(0, 0);
    plugin.id = id;
    plugin.pluginId = id;
    if (SHARING == Sharing.Module) sharedPlugin = plugin;
    else if (SHARING == Sharing.Plugin) addSharingPlugin(plugin);
    else plugins.add(plugin);
  }
  return plugin;
}

function knownPlugin(id: u32): Plugin | null {
  if (SHARING == Sharing.Stream) return changetype<Plugin | null>(plugins.get(id));
  if (SHARING == Sharing.Plugin) return sharingPlugin(id);
  const plugin = sharedPlugin;
  if (!plugin) return null;
  plugin.id = id;
  plugin.pluginId = id;
  return plugin;
}

function registrationForCurrentRoot(): Registration | null {
  const last = lastRegistration;
  if (!last) return null;
  if (!HAS_SEVERAL_PLUGINS) return last;
  if (!last.next) return last;
  const found = getProperty(Bytes.of("plugin_root_id"));
  const rootId = found ? found : Bytes.EMPTY;
  // The first of several with one name is meant, and the list begins with the last.
  let fitting: Registration | null = null;
  for (let one: Registration | null = last; one; one = one.next) {
    if (Bytes.of(one.rootId).equals(rootId)) fitting = one;
  }
  if (!fitting) {
    const text = new BytesBuilder()
      .append('no plugin is registered for root_id "')
      .append(rootId)
      .append('"');
    log(LogLevel.Error, text.view());
  }
  return fitting;
}

/** The host announces plugin `id` (no parent), or a stream of plugin `parentId`. */
export function createContext(id: u32, parentId: u32): void {
  if (SHARING == Sharing.Plugin && isOnlyPlugin(parentId)) return;
  const plugin = pluginOf(parentId == 0 ? id : parentId);
  if (!plugin || parentId == 0) return;
  if (HAS_CONNECTIONS && createConnection(plugin, id)) return;
  if (SHARING == Sharing.Plugin) return noteStream(id, plugin);
  announceContext(id, plugin.id);
  const filter = plugin.createFilter();
  announceContext(0, 0);
  if (!MAY_REUSE_FILTERS || isMadeFor(id, filter)) filters.add(filter);
}

/** The filter of stream `id`; null when its plugin is not registered, or did not make one for it. */
export function filterOf(id: u32): HttpFilter | null {
  if (SHARING == Sharing.Stream) return changetype<HttpFilter | null>(filters.get(id));
  const filter = SHARING == Sharing.Plugin ? filterOfPlugin(id) : filterOfModule();
  if (!filter) return null;
  filter.id = id;
  // What one stream paused is no other's.
  filter.isRequestPaused = false;
  filter.isResponsePaused = false;
  return filter;
}

function filterOfPlugin(id: u32): HttpFilter | null {
  const plugin = pluginOfStream(id);
  if (!plugin) return null;
  let filter = plugin.sharedFilter;
  if (filter) return filter;
  filter = plugin.createFilter();
  filter.pluginId = plugin.id;
  plugin.sharedFilter = filter;
  return filter;
}

function filterOfModule(): HttpFilter | null {
  let filter = sharedFilter;
  if (filter) return filter;
  const registration = registrationForCurrentRoot();
  if (!registration) return null;
  filter = registration.create().createFilter();
  sharedFilter = filter;
  return filter;
}

/** True for the number of a plugin, false for that of a stream. */
export function isPlugin(id: u32): bool {
  return knownPlugin(id) !== null;
}

/** Forgets stream `id`, or plugin `id` with the calls that were made for it: the host drops their answers. */
export function deleteContext(id: u32): void {
  if (MAKES_CALLS) GrpcExchange.forgetOwner(id);
  if (filters.delete(id)) return;
  if (HAS_CONNECTIONS && deleteConnection(id)) return;
  if (MAKES_CALLS) {
    HttpCall.forget(id);
    GrpcExchange.forgetPlugin(id);
  }
  plugins.delete(id);
}
