import { Body } from "../headers/body.ts";

/** What Envoy reads at least when there is something to read, in bytes. */
const SLICE = 16_384;

/**
 * One direction of a connection up to the first filter: what waits in the socket, and the buffer that filters see.
 * Envoy 1.40 fills the buffer up to its limit in one go; filled beyond it, it reads no more until it has been emptied.
 */
export class Intake {
  /** What filters see: bytes that nobody has passed on yet. */
  readonly buffer = new Body();
  /** Whether the sender's end has been read: filters are told with the buffer. */
  hasEnd = false;
  /** Whether the sender broke off; seen as soon as something can be read. */
  hasReset = false;
  readonly #limit: number;
  #waiting: Uint8Array[] = [];
  #endWaits = false;

  /** @param limit bytes in the buffer beyond which nothing is read */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes bytes from the sender. */
  receive(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#waiting.push(bytes);
  }

  /** Takes the sender's end. */
  receiveEnd(): void {
    this.#endWaits = true;
  }

  /** Whether Envoy reads at all: it does not while the buffer is too full. */
  get isReading(): boolean {
    return this.buffer.length <= this.#limit;
  }

  /** Reads once. @returns whether there was anything new */
  read(): boolean {
    if (!this.isReading || this.hasEnd) return false;
    const waiting = Buffer.concat(this.#waiting);
    const bytes = waiting.subarray(0, Math.max(this.#limit - this.buffer.length, SLICE));
    const rest = waiting.subarray(bytes.length);
    this.#waiting = rest.length > 0 ? [rest] : [];
    this.buffer.append(bytes);
    this.hasEnd = this.#endWaits && rest.length === 0;
    return bytes.length > 0 || this.hasEnd;
  }

  /** Empties the buffer. @returns what was in it */
  drain(): Uint8Array {
    const bytes = Buffer.from(this.buffer.bytes());
    this.buffer.write(0, bytes.length, new Uint8Array());
    return bytes;
  }
}
