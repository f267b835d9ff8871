import { Status } from "../../abi/index.ts";
import type { Context } from "../vm/context.ts";
import { connectionAttribute, destinationAttribute, sourceAttribute, upstreamAttribute } from "./peers.ts";
import { metadataAttribute } from "./metadata.ts";
import { tcpAttribute } from "./connection.ts";
import { requestAttribute, responseAttribute } from "./messages.ts";
import { integer, text, type Value } from "./values.ts";
import { xdsAttribute } from "./xds.ts";

type Attribute = (context: Context, path: readonly string[]) => Value | Status | undefined;

/** Objects whose attributes are read by name; the object as a whole cannot be serialized. */
const OBJECTS: Readonly<Record<string, Attribute>> = {
  request: requestAttribute,
  response: responseAttribute,
  connection: connectionAttribute,
  upstream: upstreamAttribute,
  source: sourceAttribute,
  destination: destinationAttribute,
  xds: xdsAttribute,
  filter_state: (context, path) => context.peers?.filterState.get(path.join("\0")),
};

/** Objects of which a connection has attributes of its own. */
const TCP_OBJECTS: ReadonlySet<string> = new Set(["request", "response", "upstream", "xds"]);

/**
 * Reads a property as Envoy 1.40 does.
 * @param path segments joined with NUL
 * @returns the encoded value, or NotFound, or SerializationFailure for an empty path or a whole object
 * @throws HostFunctionNotEmulated for what Envoy may know and this host does not
 */
export function readProperty(context: Context, path: string): Value | Status {
  if (path === "") return Status.SerializationFailure;
  const [first = "", ...rest] = (path.endsWith("\0") ? path.slice(0, -1) : path).split("\0");
  const { plugin, peers, connection } = context;
  switch (first) {
    case "plugin_name":
      return plugin ? text(plugin.name) : Status.NotFound;
    case "plugin_root_id":
      return text(plugin?.rootId ?? "");
    case "plugin_vm_id":
      return text(context.vm.vmId);
    case "connection_id":
      return peers ? integer(peers.connectionId) : Status.NotFound;
    case "metadata":
      if (!peers) return Status.NotFound;
      return metadataAttribute(context.stream && context.vm.host.dynamicMetadata, rest) ?? Status.NotFound;
    case "upstream_filter_state":
      return Status.NotFound;
  }
  const object = OBJECTS[first];
  if (!object) return peers?.filterState.get(`wasm.${first}`) ?? Status.NotFound;
  if (!peers && first !== "xds") return Status.NotFound;
  if (rest.length === 0) return Status.SerializationFailure;
  if (connection && TCP_OBJECTS.has(first)) return tcpAttribute(connection, first, rest) ?? Status.NotFound;
  return object(context, rest) ?? Status.NotFound;
}
