import { joined } from "../model/exchange.ts";

/** Body bytes as they come from the other end of an exchange, kept until the test asks for them. */
export class Inbox {
  #pieces: Uint8Array[] = [];
  #size = 0;
  #taken = 0;
  #end: { readonly error: Error | undefined } | undefined;
  #waiting: (() => void)[] = [];

  /** All that has come, taken or not. */
  get all(): Uint8Array {
    this.#pieces = [joined(this.#pieces)];
    return this.#pieces[0] as Uint8Array;
  }

  /** Whether all has come. */
  get isComplete(): boolean {
    return this.#end !== undefined && this.#end.error === undefined;
  }

  /** Takes the next `size` bytes, and waits for them; rejects when the message is over before. */
  async take(size: number): Promise<Uint8Array> {
    while (this.#size - this.#taken < size) {
      if (this.#end) {
        const said = new TextDecoder().decode(this.all.subarray(this.#taken));
        throw new Error(`the message is over after ${JSON.stringify(said)}`, { cause: this.#end.error });
      }
      await this.change();
    }
    this.#taken += size;
    return this.all.subarray(this.#taken - size, this.#taken);
  }

  /** Resolves when the message is complete; rejects when it never will be. */
  async complete(): Promise<void> {
    while (!this.#end) await this.change();
    if (this.#end.error) throw this.#end.error;
  }

  /** A piece has come. */
  put(bytes: Uint8Array): void {
    // The sender may use the memory again.
    this.#pieces.push(Uint8Array.from(bytes));
    this.#size += bytes.length;
    this.wake();
  }

  /** No more comes; `error` says why the message is not complete. */
  close(error?: Error): void {
    this.#end ??= { error };
    this.wake();
  }

  /** Resolves when something has happened. */
  change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Something has happened that {@link change} is to tell of. */
  wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
