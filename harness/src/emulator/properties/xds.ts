import { Status } from "../../abi/index.ts";
import type { Context } from "../vm/context.ts";
import { integer, notEmulated, text, unset, type Value } from "./values.ts";

const METADATA: ReadonlySet<string> = new Set([
  "cluster_metadata",
  "route_metadata",
  "virtual_host_metadata",
  "listener_metadata",
]);

/**
 * Attributes of the configuration (Envoy 1.40): route and cluster as last looked up; nobody sets metadata
 * here, and the node has no name.
 */
export function xdsAttribute(
  { stream }: Context,
  [name = "", ...rest]: readonly string[],
): Value | Status | undefined {
  if (name === "node" && rest.length === 0) return notEmulated("xds.node");
  if (name === "node") return /^(id|cluster|metadata|locality)$/.test(rest[0] ?? "") ? unset : undefined;
  if (!stream) return undefined;
  if (METADATA.has(name)) return rest.length <= 1 ? unset : undefined;
  switch (name) {
    case "cluster_name":
      return stream.route ? text(stream.route.cluster) : undefined;
    case "route_name":
      return stream.route ? text(stream.route.name ?? "") : undefined;
    case "virtual_host_name":
      return text("default");
    case "upstream_host_metadata":
    case "upstream_host_locality_metadata":
      return stream.upstreamStart === undefined ? undefined : Status.SerializationFailure;
    case "listener_direction":
      return integer(0);
    case "filter_chain_name":
      return unset;
  }
  return undefined;
}
