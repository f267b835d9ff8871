import { Status } from "../../abi/index.ts";
import type { Context } from "../vm/context.ts";
import { connectionAttribute, destinationAttribute, sourceAttribute, upstreamAttribute } from "./peers.ts";
import { requestAttribute, responseAttribute } from "./messages.ts";
import { integer, map, text, unset, type Value } from "./values.ts";
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
  filter_state: (context, path) => context.stream?.filterState.get(path.join("\0")),
};

/**
 * Reads a property as Envoy 1.40 does.
 * @param path segments joined with NUL
 * @returns the encoded value, or NotFound, or SerializationFailure for an empty path or a whole object
 * @throws HostFunctionNotEmulated for what Envoy may know and this host does not
 */
export function readProperty(context: Context, path: string): Value | Status {
  if (path === "") return Status.SerializationFailure;
  const [first = "", ...rest] = (path.endsWith("\0") ? path.slice(0, -1) : path).split("\0");
  const { plugin, stream } = context;
  switch (first) {
    case "plugin_name":
      return plugin ? text(plugin.name) : Status.NotFound;
    case "plugin_root_id":
      return text(plugin?.rootId ?? "");
    case "plugin_vm_id":
      return text(context.vm.vmId);
    case "connection_id":
      return stream ? integer(stream.connectionId) : Status.NotFound;
    case "metadata":
      if (!stream) return Status.NotFound;
      if (rest.length === 0) return unset;
      return rest.length === 1 && rest[0] === "filter_metadata" ? map([]) : Status.NotFound;
    case "upstream_filter_state":
      return Status.NotFound;
  }
  const object = OBJECTS[first];
  if (!object) return stream?.filterState.get(`wasm.${first}`) ?? Status.NotFound;
  if (!stream && first !== "xds") return Status.NotFound;
  if (rest.length === 0) return Status.SerializationFailure;
  return object(context, rest) ?? Status.NotFound;
}
