/** TCP over sockets of this machine: a client and a server that tell an end (FIN) from a reset (RST). */
import { once } from "node:events";
import { type AddressInfo, type Socket, connect, createServer } from "node:net";
import type { TcpSink } from "../model/index.ts";

/** Errors by which a socket says that the other end broke the connection off. */
const RESETS: ReadonlySet<string | undefined> = new Set(["ECONNRESET", "EPIPE", "ECONNABORTED"]);

/**
 * Connects to a port of this machine.
 *
 * @param port the port
 * @param receiver gets what comes from there
 * @returns what sends there; rejects if nobody listens
 */
export async function connectTcp(port: number, receiver: TcpSink): Promise<TcpSink> {
  const socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true, noDelay: true });
  await once(socket, "connect");
  return attach(socket, receiver);
}

/** A server on this machine; disposing of it breaks its connections off. */
export interface TcpServer extends AsyncDisposable {
  readonly port: number;
}

/**
 * Listens on a free port of address `host`.
 *
 * @param accept called for each connection with what sends to the client; returns what gets the client's bytes
 */
export async function serveTcp(accept: (sender: TcpSink) => TcpSink, host: string): Promise<TcpServer> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    const receiver = accept(senderTo(socket));
    attach(socket, receiver);
  });
  server.listen(0, host);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

function senderTo(socket: Socket): TcpSink {
  return {
    write: (bytes) => void socket.write(bytes),
    end: () => void socket.end(),
    reset: () => void socket.resetAndDestroy(),
  };
}

function attach(socket: Socket, receiver: TcpSink): TcpSink {
  let isOver = false;
  socket.on("data", (bytes) => receiver.write(bytes));
  socket.on("end", () => {
    if (!isOver) receiver.end();
    isOver = true;
  });
  socket.on("error", (error: NodeJS.ErrnoException) => {
    if (!RESETS.has(error.code)) throw error;
    receiver.reset();
    isOver = true;
  });
  return senderTo(socket);
}
