/** The child process of built-in.ts: keep-alive connections with one request in flight each. */
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import type { Order, Report } from "./built-in.ts";

const order = JSON.parse(await text(process.stdin)) as Order;
const requests = order.requests.map((request) => Buffer.from(request, "latin1"));
const latencies: number[] = [];
let bad = 0;
let sent = 0;
/** Requests of a fixed rate that are due but found no free connection: when they were due. */
const waiting: number[] = [];
const idle: Connection[] = [];

/** Waits for the response to one request after the other. */
class Connection {
  readonly #socket: Socket;
  #due = 0;
  #received = "";

  constructor(port: number) {
    this.#socket = connect({ host: "127.0.0.1", port, noDelay: true });
    this.#socket.on("data", (chunk) => this.#receive(chunk.toString("latin1")));
    this.#socket.on("error", () => bad++);
    this.#socket.once("connect", () => free(this));
  }

  send(due: number): void {
    this.#due = due;
    this.#socket.write(requests[sent++ % requests.length]!);
  }

  #receive(chunk: string): void {
    this.#received += chunk;
    const headEnd = this.#received.indexOf("\r\n\r\n");
    if (headEnd < 0) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(this.#received)?.[1] ?? 0);
    if (this.#received.length < headEnd + 4 + length) return;
    if (!this.#received.startsWith("HTTP/1.1 2")) bad++;
    this.#received = "";
    latencies.push(performance.now() - this.#due);
    free(this);
  }
}

function free(connection: Connection): void {
  if (over) return;
  if (order.rate === undefined) return connection.send(performance.now());
  const due = waiting.shift();
  if (due !== undefined) connection.send(due);
  else idle.push(connection);
}

/** Sends what has become due. Turns without a pause: timers are a millisecond late, and that would be measured. */
function pace(): void {
  if (over) return;
  const now = performance.now();
  for (; due <= now; due += 1000 / order.rate!) {
    const connection = idle.shift();
    if (connection) connection.send(due);
    else waiting.push(due);
  }
  setImmediate(pace);
}

let over = false;
let due = performance.now() + 20;
for (let i = 0; i < order.connections; i++) new Connection(order.port);
if (order.rate !== undefined) pace();
setTimeout(() => {
  over = true;
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => (latencies[Math.floor(latencies.length * share)] ?? 0) * 1000;
  const report: Report = { requests: latencies.length, bad, p50: at(0.5), p99: at(0.99) };
  process.stdout.write(JSON.stringify(report), () => process.exit(0));
}, order.seconds * 1000);
