import { announceContext, isMadeFor } from "./filter";
import { NetworkFilter } from "./network-filter";
import { Plugin } from "./plugin";

/** Whether the module has network filters at all; the transform makes it false where not, and nothing here is compiled. */
export const HAS_CONNECTIONS: bool = true;

// @ts-ignore: decorator
@lazy
const filters = new Map<u32, NetworkFilter>();

/** Asks `plugin` for the filter of connection `id`, which may be a stream; false when it is one. */
export function createConnection(plugin: Plugin, id: u32): bool {
  announceContext(id, plugin.id);
  const filter = plugin.createNetworkFilter();
  announceContext(0, 0);
  if (!filter) return false;
  if (isMadeFor(id, filter)) filters.set(id, filter);
  return true;
}

/** The filter of connection `id`; null when there is none. */
export function connectionOf(id: u32): NetworkFilter | null {
  return filters.has(id) ? filters.get(id) : null;
}

/** `onDone` of connection `id`, if there is such. */
export function endConnection(id: u32): void {
  const filter = connectionOf(id);
  if (!filter) return;
  filter.isClosed = true;
  filter.onDone();
}

/** `onLog` of connection `id`, if there is such. */
export function logConnection(id: u32): void {
  const filter = connectionOf(id);
  if (!filter) return;
  filter.isClosed = true;
  filter.onLog();
}

/** Forgets connection `id`; false when there is no such. */
export function deleteConnection(id: u32): bool {
  const filter = connectionOf(id);
  if (!filter) return false;
  // The host keeps the number for a while: an answer that comes meanwhile must not find it.
  filter.id = u32.MAX_VALUE;
  filter.isClosed = true;
  filters.delete(id);
  return true;
}
