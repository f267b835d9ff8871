import { once } from "node:events";
import type { AddressInfo, Server } from "node:net";

/** A server on this machine; disposing of it breaks its connections off. */
export interface HttpServer extends AsyncDisposable {
  readonly port: number;
}

/** Lets `server` listen on a port of address `host`, a free one if it is 0; `closeConnections` ends those it has. */
export async function listening(
  server: Server,
  host: string,
  closeConnections: () => void,
  port = 0,
): Promise<HttpServer> {
  server.listen(port, host);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      closeConnections();
      server.close();
      await once(server, "close");
    },
  };
}
