import type { TcpSink } from "../model/index.ts";
import type { TcpConnection } from "./host.ts";
import { bodyBytes } from "./messages.ts";

/** One end of a TCP connection on any host: keeps what comes until the test asks for it. */
export class TcpPeer implements TcpConnection, TcpSink {
  readonly ended: Promise<"end" | "reset">;
  readonly #sender: Promise<TcpSink>;
  #received = Buffer.alloc(0);
  #how: "end" | "reset" | undefined;
  readonly #settle: (how: "end" | "reset") => void;
  #waiting: (() => void)[] = [];

  /** @param sender sends to the other end */
  constructor(sender: TcpSink | Promise<TcpSink>) {
    this.#sender = Promise.resolve(sender);
    const { promise, resolve } = Promise.withResolvers<"end" | "reset">();
    this.ended = promise;
    this.#settle = resolve;
  }

  get received(): string {
    return this.#received.toString();
  }

  readonly read = async (size: number): Promise<string> => {
    while (this.#received.length < size) {
      if (this.#how) throw new Error(`the connection is over (${this.#how}) after "${this.received}"`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    const bytes = this.#received.subarray(0, size);
    this.#received = this.#received.subarray(size);
    return bytes.toString();
  };

  readonly send = async (data: string | Uint8Array): Promise<void> => {
    (await this.#sender).write(bodyBytes(data));
  };

  readonly finish = async (): Promise<void> => (await this.#sender).end();

  readonly abort = async (): Promise<void> => (await this.#sender).reset();

  write(bytes: Uint8Array): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    this.#wake();
  }

  end(): void {
    this.#over("end");
  }

  reset(): void {
    this.#over("reset");
  }

  #over(how: "end" | "reset"): void {
    this.#how ??= how;
    this.#settle(how);
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
