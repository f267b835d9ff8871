import type { TcpStream } from "../network/stream.ts";
import { integer, notEmulated, unset, type Value } from "./values.ts";

/** Attributes of a listener, which a connection has like a request. */
const LISTENER: ReadonlySet<string> = new Set(["filter_chain_name", "listener_metadata"]);

/**
 * What a network filter of Envoy 1.40 reads below `request`, `response`, `upstream` and `xds`: of HTTP there is next
 * to nothing.
 *
 * @throws HostFunctionNotEmulated for counts of bytes, and for what only a real upstream has
 */
export function tcpAttribute(
  connection: TcpStream,
  object: string,
  [name = ""]: readonly string[],
): Value | undefined {
  if (object === "xds") return name === "listener_direction" ? integer(0) : listener(name);
  if (object === "upstream") return connection.isConnected ? notEmulated(`upstream.${name}`) : undefined;
  if (name === "time" && object === "request") return integer(connection.startTime);
  if (name === "flags" && object === "response") return integer(0);
  if (name === "size" || name === "total_size") return notEmulated(`${object}.${name} of a connection`);
  return undefined;
}

function listener(name: string): Value | undefined {
  return LISTENER.has(name) ? unset : undefined;
}
