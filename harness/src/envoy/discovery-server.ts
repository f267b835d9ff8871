/** Serves filter configurations to an Envoy over REST xDS, for an Envoy that cannot watch files of this machine. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

/** Envoy gives up after 30 s (`request_timeout` in the configuration that `discoveredHttpFilter` makes). */
const HOLD_MS = 20_000;

interface Entry {
  answer: string;
  delivered: boolean;
  /** Sends the answer to the request that is held open, if one is. */
  wake?: (() => void) | undefined;
}

/**
 * Answers `POST /v3/discovery:extension_configs` (xDS REST, JSON). Each answer is delivered once: a request that
 * finds nothing new is held until there is, so that a change takes effect at once and a refused one is not repeated.
 */
export class DiscoveryServer implements AsyncDisposable {
  readonly port: number;
  readonly #server: Server;
  readonly #entries = new Map<string, Entry>();

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on("request", (request, response) => {
      this.#handle(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
  }

  /**
   * Starts a server on a free port.
   *
   * @param host address to listen on, one that Envoy reaches
   */
  static async start(host: string): Promise<DiscoveryServer> {
    const server = createServer();
    server.listen(0, host);
    await once(server, "listening");
    return new DiscoveryServer(server);
  }

  /** Sets the answer (a `DiscoveryResponse` as JSON) for one resource, and delivers it. */
  publish(resourceName: string, answer: string): void {
    const wake = this.#entries.get(resourceName)?.wake;
    this.#entries.set(resourceName, { answer, delivered: false });
    wake?.();
  }

  /** Ends the server and every request it holds. */
  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { resource_names: names = [] } = (await json(request)) as { resource_names?: readonly string[] };
    const [name = ""] = names;
    const entry = this.#entries.get(name);
    if (entry === undefined) return void response.writeHead(404).end();
    if (entry.delivered) await this.#change(entry, response);
    const current = this.#entries.get(name);
    if (response.closed || current === undefined) return;
    if (current.delivered) return void response.writeHead(304).end();
    current.delivered = true;
    response.once("close", () => (current.delivered = response.writableFinished));
    response.writeHead(200, { "content-type": "application/json" }).end(current.answer);
  }

  /** Resolves when the entry is replaced, the client is gone, or the request was held long enough. */
  #change(entry: Entry, response: ServerResponse): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        response.off("close", done);
        entry.wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, HOLD_MS);
      response.once("close", done);
      entry.wake = done;
    });
  }
}
