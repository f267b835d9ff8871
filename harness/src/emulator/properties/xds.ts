import { Status } from "../../abi/index.ts";
import { DEFAULT_NODE, type NodeSpec } from "../../model/index.ts";
import type { Context } from "../vm/context.ts";
import { jsonAttribute, metadataAttribute } from "./metadata.ts";
import { integer, notEmulated, text, unset, type Value } from "./values.ts";

/** Metadata that nobody sets here. */
const METADATA: ReadonlySet<string> = new Set([
  "cluster_metadata",
  "virtual_host_metadata",
  "listener_metadata",
]);

/** Attributes of the configuration (Envoy 1.40): the node, route and cluster as last looked up. */
export function xdsAttribute(
  { stream, vm }: Context,
  [name = "", ...rest]: readonly string[],
): Value | Status | undefined {
  if (name === "node") return nodeAttribute(vm.host.node, rest);
  if (!stream) return undefined;
  if (name === "route_metadata") return stream.route && metadataAttribute(stream.route.metadata, rest);
  if (METADATA.has(name)) return metadataAttribute(undefined, rest);
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

function nodeAttribute(node: NodeSpec, [name, ...rest]: readonly string[]): Value | Status | undefined {
  switch (name) {
    case undefined:
    case "user_agent_name":
    case "user_agent_version":
    case "user_agent_build_version":
    case "extensions":
    case "client_features":
    case "listening_addresses":
    case "dynamic_parameters":
      return notEmulated(["xds.node", ...(name === undefined ? [] : [name])].join("."));
    case "metadata":
      return node.metadata ? jsonAttribute(node.metadata, rest) : rest.length === 0 ? unset : undefined;
    case "locality":
      return rest.length === 0 || /^(region|zone|sub_zone)$/.test(rest.join("\0")) ? unset : undefined;
    case "id":
    case "cluster":
      return rest.length === 0 ? Buffer.from(node[name] ?? DEFAULT_NODE[name]) : undefined;
  }
  return undefined;
}
