import { Bytes } from "./bytes";
import { HAS_CONNECTIONS, createConnection, deleteConnection } from "./connections";
import { ContextTable } from "./context-table";
import { HttpFilter } from "./filter";
import { GrpcExchange } from "./grpc-exchange";
import { HttpCall } from "./http-call";
import { LogLevel, log } from "./log";
import { Plugin } from "./plugin";
import { getProperty, propertyPath } from "./properties";

type PluginFactory = () => Plugin;

const ROOT_ID = propertyPath(["plugin_root_id"]);

const rootIds = new Array<Bytes>();
const factories = new Array<PluginFactory>();
const plugins = new Map<u32, Plugin>();
const filters = new ContextTable();
/** True once the host announces contexts; it does not for a module whose only filter has no state. */
let tracksStreams: bool = false;
/** The one filter of such a module. */
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
  factories.push(create);
  rootIds.push(Bytes.of(rootId));
}

/** The plugin with the host's number `id`, made at the first sight of it; null when no root_id fits. */
export function pluginOf(id: u32): Plugin | null {
  if (plugins.has(id)) return plugins.get(id);
  const create = factoryForCurrentRoot();
  if (!create) return null;
  const plugin = create();
  plugin.id = id;
  plugin.pluginId = id;
  plugins.set(id, plugin);
  return plugin;
}

function factoryForCurrentRoot(): PluginFactory | null {
  if (factories.length == 1) return factories[0];
  const found = getProperty(ROOT_ID);
  const rootId = found ? found : Bytes.EMPTY;
  for (let i = 0; i < factories.length; i++) {
    if (rootIds[i] == rootId) return factories[i];
  }
  log(LogLevel.Error, 'no plugin is registered for root_id "' + rootId.toString() + '"');
  return null;
}

/** The host announces plugin `id` (no parent), or a stream of plugin `parentId`. */
export function createContext(id: u32, parentId: u32): void {
  tracksStreams = true;
  const plugin = pluginOf(parentId == 0 ? id : parentId);
  if (!plugin || parentId == 0) return;
  if (HAS_CONNECTIONS && createConnection(plugin, id)) return;
  const filter = plugin.createFilter();
  filter.id = id;
  filter.pluginId = plugin.id;
  filters.set(id, filter);
}

/** The filter of stream `id`; null for a stream whose plugin is not registered. */
export function filterOf(id: u32): HttpFilter | null {
  if (tracksStreams) return filters.get(id);
  if (!sharedFilter) {
    const all = plugins.values();
    if (all.length > 0) sharedFilter = all[0].createFilter();
  }
  const filter = sharedFilter;
  if (filter) {
    filter.id = id;
    // What one stream paused is no other's.
    filter.isRequestPaused = false;
    filter.isResponsePaused = false;
  }
  return filter;
}

/** True for the number of a plugin, false for that of a stream. */
export function isPlugin(id: u32): bool {
  return plugins.has(id);
}

/** Forgets stream `id`, or plugin `id` with the calls that were made for it: the host drops their answers. */
export function deleteContext(id: u32): void {
  GrpcExchange.forgetOwner(id);
  if (filters.delete(id)) return;
  if (HAS_CONNECTIONS && deleteConnection(id)) return;
  HttpCall.forget(id);
  GrpcExchange.forgetPlugin(id);
  plugins.delete(id);
}
