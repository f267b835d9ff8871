/** Numbers that look random and are the same in every run. */
export class Random {
  #state: number;

  /** @param seed any whole number but 0 */
  constructor(seed: number) {
    this.#state = seed;
  }

  /** A whole number from 0 up to, not including, `bound`, which is at most 2^32 (xorshift32). */
  below(bound: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return (x >>> 0) % bound;
  }

  /** Whether one chance in `chances` came true. */
  once(chances: number): boolean {
    return this.below(chances) === 0;
  }

  /** A size from 0 to `2 ** bits`: as often in each order of magnitude as in the next. */
  size(bits: number): number {
    return this.below(2 ** this.below(bits + 1) + 1);
  }

  /** `length` printable characters. */
  text(length: number): string {
    let text = "";
    while (text.length < length) text += this.below(2 ** 32).toString(36);
    return text.slice(0, length);
  }
}
