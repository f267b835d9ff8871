/** Load over HTTP/1.1: connections that are kept open, with several requests on their way, and clients that vanish. */
import { connect, type Socket } from "node:net";
import { digits, type Exchange } from "./exchange.ts";
import type { Random } from "./random.ts";
import { type Response, ResponseReader } from "./response-reader.ts";

/** Requests on their way on one connection: Envoy closes one on which three of its own answers wait to be sent. */
const PIPELINED = 2;
/** One client vanishes in the middle for so many answers. */
const ANSWERS_PER_VANISHED = 100;

/** What to send. */
export interface LoadOptions {
  readonly port: number;
  readonly connections: number;
  /** Answers to wait for; none where `stop` ends the load. */
  readonly answers?: number;
  /** Has no more requests sent; those that are on their way are still waited for. */
  readonly stop?: AbortSignal;
  readonly exchanges: readonly Exchange[];
  readonly random: Random;
  readonly onProgress?: (answers: number) => void;
  /** Looks at an answer besides what its exchange expects; says what is wrong with it. */
  readonly check?: (response: Response, connection: number) => string | undefined;
}

/** What came of it. */
export interface LoadResult {
  readonly answers: number;
  /** Clients that left before they had their answer. */
  readonly vanished: number;
}

/**
 * Sends requests until so many were answered, each of them rightly.
 *
 * @throws {Error} about the first answer that is not the expected one, or a connection that breaks
 */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const run = new Run(options);
  await run.done;
  return run;
}

class Run implements LoadResult {
  answers = 0;
  vanished = 0;
  sent = 0;
  readonly options: LoadOptions;
  readonly done: Promise<void>;
  readonly #sockets = new Set<Socket>();
  readonly #settle = Promise.withResolvers<void>();
  #leaving = 0;

  constructor(options: LoadOptions) {
    this.options = options;
    this.done = this.#settle.promise.finally(() => {
      for (const socket of this.#sockets) socket.destroy();
    });
    for (let n = 0; n < options.connections; n++) new Connection(this, n);
    options.stop?.addEventListener("abort", () => this.#endIfDone());
  }

  get mayEnd(): boolean {
    const { answers, stop } = this.options;
    return this.sent === answers || stop?.aborted === true;
  }

  /** Any of the exchanges. */
  draw(): Exchange {
    const { exchanges, random } = this.options;
    return exchanges[random.below(exchanges.length)] as Exchange;
  }

  open(): Socket {
    const socket = connect({ host: "127.0.0.1", port: this.options.port, noDelay: true });
    this.#sockets.add(socket);
    socket.once("close", () => {
      this.#sockets.delete(socket);
    });
    return socket;
  }

  count(): void {
    this.answers++;
    if (this.answers % ANSWERS_PER_VANISHED === 0) this.#vanish();
    if (this.answers % 100_000 === 0) this.options.onProgress?.(this.answers);
    this.#endIfDone();
  }

  fail(reason: Error): void {
    this.#settle.reject(reason);
  }

  /** A client that sends a part of a request, or all of it, and leaves at once or when the answer begins. */
  #vanish(): void {
    const { request } = this.draw();
    const whole = this.options.random.once(2);
    const waits = whole && this.options.random.once(2);
    const resets = this.options.random.once(2);
    this.#leaving++;
    const socket = this.open();
    const leave = (): void => void (resets ? socket.resetAndDestroy() : socket.destroy());
    socket.once("error", () => socket.destroy());
    socket.once("close", () => {
      this.#leaving--;
      this.vanished++;
      this.#endIfDone();
    });
    socket.write(whole ? request : request.subarray(0, 1 + this.options.random.below(request.length)), () => {
      if (!waits) leave();
    });
    if (waits) socket.once("data", leave);
  }

  #endIfDone(): void {
    if (this.mayEnd && this.answers === this.sent && this.#leaving === 0) this.#settle.resolve();
  }
}

/** Sends one request after the other, and checks the answers. */
class Connection {
  readonly #run: Run;
  readonly #number: number;
  readonly #socket: Socket;
  readonly #waiting: { exchange: Exchange; number: number }[] = [];

  constructor(run: Run, number: number) {
    this.#run = run;
    this.#number = number;
    this.#socket = run.open();
    const reader = new ResponseReader((response) => this.#check(response));
    this.#socket.on("data", (chunk) => {
      try {
        reader.read(chunk);
        this.#fill();
      } catch (error) {
        run.fail(error as Error);
      }
    });
    this.#socket.once("error", (error) => run.fail(error));
    this.#socket.once("end", () => run.fail(new Error("Envoy closed a connection")));
    this.#socket.once("connect", () => this.#fill());
  }

  #fill(): void {
    const batch: Buffer[] = [];
    while (this.#waiting.length < PIPELINED && !this.#run.mayEnd) {
      const exchange = this.#run.draw();
      const number = ++this.#run.sent;
      const request = Buffer.from(exchange.request);
      request.write(digits(number), exchange.numberAt, "latin1");
      this.#waiting.push({ exchange, number });
      batch.push(request);
    }
    if (batch.length > 0)
      this.#socket.write(batch.length === 1 ? (batch[0] as Buffer) : Buffer.concat(batch));
  }

  #check(response: Response): void {
    const { head, status, body } = response;
    const sent = this.#waiting.shift();
    if (!sent) throw new Error(`an answer to nothing:\n${head}`);
    const { exchange, number } = sent;
    const line = `\r\nx-soak-number: ${digits(number)}\r\n`;
    const lines = exchange.tellsNumber ? [...exchange.headers, line] : exchange.headers;
    const missing = lines.find((expected) => !head.includes(expected));
    const wrong =
      status !== exchange.status || !body.equals(exchange.body)
        ? `status ${status}, body of ${body.length}: ${body.toString("latin1", 0, 100)}`
        : (missing ?? this.#run.options.check?.(response, this.#number));
    if (wrong !== undefined) {
      const request = exchange.request.toString("latin1", 0, 300);
      throw new Error(`answer ${this.#run.answers} is wrong (${wrong}):\n${head}\nto\n${request}`);
    }
    this.#run.count();
  }
}
