/** Ports of this machine. */
import { once } from "node:events";
import { createServer } from "node:net";
import { errorCode } from "../process/exec.ts";
import { EnvoyStartError } from "./errors.ts";

/**
 * Makes sure that nobody listens on a port yet.
 *
 * Needed because Envoy sets SO_REUSEPORT: a second Envoy of the same user would share the port without a word.
 *
 * @param host address to listen on
 * @param port 0 (any) is always free
 * @throws {EnvoyStartError} of kind `port-taken`
 */
export async function requireFreePort(host: string, port: number): Promise<void> {
  if (port === 0) return;
  const server = createServer();
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, "listening");
    server.close();
    await once(server, "close");
  } catch (error) {
    if (errorCode(error) === "EADDRINUSE") throw EnvoyStartError.portTaken(port, { cause: error });
    // Anything else, such as a port that needs privileges, Envoy meets too and says so.
  }
}
