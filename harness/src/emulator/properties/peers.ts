import type { Context } from "../vm/context.ts";
import { bool, integer, notEmulated, text, unset, type Value } from "./values.ts";

const LISTENER = { address: "127.0.0.1:10000", port: 10000 };

function port(address: string): number {
  return Number(address.slice(address.lastIndexOf(":") + 1));
}

/** source.address and source.port: the client. */
export function sourceAttribute({ peers }: Context, [name]: readonly string[]): Value | undefined {
  if (!peers) return undefined;
  if (name === "address") return text(peers.sourceAddress);
  return name === "port" ? integer(port(peers.sourceAddress)) : undefined;
}

/** destination.address and destination.port: the listener. */
export function destinationAttribute(_: Context, [name]: readonly string[]): Value | undefined {
  if (name === "address") return text(LISTENER.address);
  return name === "port" ? integer(LISTENER.port) : undefined;
}

/** Attributes of a plain-text connection: everything about certificates is absent (Envoy 1.40). */
export function connectionAttribute({ peers }: Context, [name]: readonly string[]): Value | undefined {
  if (name === "id") return integer(peers?.connectionId ?? 0);
  if (name === "mtls") return bool(false);
  return name === "requested_server_name" ? unset : undefined;
}

/** Attributes of the upstream connection: absent before there is one; afterwards a handler has none to tell. */
export function upstreamAttribute({ stream }: Context, [name]: readonly string[]): Value | undefined {
  const isStarted = stream?.upstreamStart !== undefined;
  if (name === "request_attempt_count") return integer(isStarted ? 1 : 0);
  if (!isStarted) return undefined;
  if (name === "transport_failure_reason" || name === "tls_version") return undefined;
  return notEmulated(`upstream.${name ?? ""}`);
}
