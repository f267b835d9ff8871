/** Random numbers that are the same in every run: splitmix32. Not for secrets. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 32 random bits. */
  next(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  }

  /** Fills `target` with random bytes. */
  fill(target: Uint8Array): void {
    for (let index = 0; index < target.length; index++) target[index] = this.next();
  }

  /** A version 4 UUID (RFC 9562 section 5.4). */
  uuid(): string {
    const a = hex(this.next());
    const b = hex(((this.next() & 0xffff0fff) | 0x4000) >>> 0);
    const c = hex(((this.next() & 0x3fffffff) | 0x80000000) >>> 0);
    return `${a}-${b.slice(0, 4)}-${b.slice(4)}-${c.slice(0, 4)}-${c.slice(4)}${hex(this.next())}`;
  }
}

function hex(word: number): string {
  return word.toString(16).padStart(8, "0");
}
