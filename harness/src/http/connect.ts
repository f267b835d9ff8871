import { connect, type Socket } from "node:net";

/** From where a client connects. */
export interface SourceAddress {
  /** IPv4 or IPv6. */
  readonly address: string;
  readonly port: number;
}

/**
 * Connects to a port of this machine.
 *
 * @param source what the connection begins with, in a header of the PROXY protocol (version 1); nothing when absent
 */
export function connectFrom(port: number, source: SourceAddress | undefined): Socket {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  if (source) {
    const [family, to] = source.address.includes(":") ? ["TCP6", "::1"] : ["TCP4", "127.0.0.1"];
    socket.write(`PROXY ${family} ${source.address} ${to} ${source.port} ${port}\r\n`);
  }
  return socket;
}
