/** A stand-in for a service that takes its time: it answers when it is told to. */
import { once } from "node:events";
import { createServer, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";

/** An HTTP/2 server on this machine, so that thousands of requests need few connections. */
export class HeldUpstream implements AsyncDisposable {
  readonly port: number;
  readonly #close: () => Promise<void>;
  readonly #waiting: Set<ServerHttp2Stream>;

  private constructor(port: number, waiting: Set<ServerHttp2Stream>, close: () => Promise<void>) {
    this.port = port;
    this.#waiting = waiting;
    this.#close = close;
  }

  /** Starts it on a free port of address `host`. */
  static async start(host: string): Promise<HeldUpstream> {
    const waiting = new Set<ServerHttp2Stream>();
    const sessions = new Set<ServerHttp2Session>();
    const server = createServer();
    server.on("session", (session) => {
      sessions.add(session);
      session.once("close", () => sessions.delete(session));
    });
    server.on("stream", (stream) => {
      waiting.add(stream);
      stream.once("close", () => waiting.delete(stream)).resume();
    });
    server.listen(0, host);
    await once(server, "listening");
    return new HeldUpstream((server.address() as AddressInfo).port, waiting, async () => {
      for (const session of sessions) session.destroy();
      server.close();
      await once(server, "close");
    });
  }

  /** Requests that wait for an answer. */
  get held(): number {
    return this.#waiting.size;
  }

  /** Answers all of them with `body`. */
  answer(body: string): void {
    for (const stream of this.#waiting) {
      stream.respond({ ":status": 200 });
      stream.end(body);
    }
    this.#waiting.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}
