const MAX_BITS: i32 = 15;
/** Codes of up to so many bits are found at once. */
const FAST_BITS: i32 = 9;
const FAST_MASK: u32 = (1 << FAST_BITS) - 1;

/** A canonical Huffman code as deflate has it (RFC 1951 3.2.2), whose bits come with the lowest first. */
@final
export class HuffmanCode {
  /** Whether some sequences of bits mean nothing. */
  isPartial: bool = false;
  /** By the next bits: symbol and length as `find` gives them, 0 where the code is longer or means nothing. */
  private readonly fast: StaticArray<u16> = new StaticArray<u16>(1 << FAST_BITS);
  /** Number of codes by length, and the symbols in the order of their codes. */
  private readonly counts: StaticArray<u16> = new StaticArray<u16>(MAX_BITS + 1);
  private readonly symbols: StaticArray<u16>;
  /** While building: where the symbols of each length begin, then where the next one goes. */
  private readonly starts: StaticArray<u16> = new StaticArray<u16>(MAX_BITS + 2);

  /** A code of up to `size` symbols. */
  constructor(size: i32) {
    this.symbols = new StaticArray<u16>(size);
  }

  /**
   * Makes it the code whose symbols have the lengths at `from` in `lengths`, `count` of them. False when there is no such code:
   * too many for their lengths, or too few, where only none at all and one of a single bit are taken.
   */
  build(lengths: StaticArray<u8>, from: i32, count: i32): bool {
    const counts = this.counts;
    const symbols = this.symbols;
    memory.fill(changetype<usize>(counts), 0, counts.length << 1);
    for (let i = 0; i < count; i++) unchecked(counts[lengths[from + i]]++);
    const unused: i32 = unchecked(counts[0]);
    unchecked((counts[0] = 0));
    let left = 1;
    const starts = this.starts;
    unchecked((starts[1] = 0));
    for (let length = 1; length <= MAX_BITS; length++) {
      left = (left << 1) - unchecked(counts[length]);
      if (left < 0) return false;
      unchecked((starts[length + 1] = starts[length] + counts[length]));
    }
    this.isPartial = left > 0;
    const isOneBit = count - unused == 1 && unchecked(counts[1]) == 1;
    if (left > 0 && unused < count && !isOneBit) return false;
    for (let i = 0; i < count; i++) {
      const length = unchecked(lengths[from + i]);
      if (length > 0) unchecked((symbols[starts[length]++] = <u16>i));
    }
    this.fillFast();
    return true;
  }

  /** The symbol that the lowest bits of `bits` stand for, times 16, plus the number of its bits; 0 when they mean nothing. */
  find(bits: u32): i32 {
    const entry = unchecked(this.fast[bits & FAST_MASK]);
    return entry != 0 ? entry : this.findLong(bits);
  }

  private findLong(bits: u32): i32 {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= MAX_BITS; length++) {
      code |= bits & 1;
      bits >>= 1;
      const count: i32 = unchecked(this.counts[length]);
      if (code - first < count) return ((<i32>unchecked(this.symbols[index + code - first])) << 4) | length;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    return 0;
  }

  private fillFast(): void {
    const fast = this.fast;
    memory.fill(changetype<usize>(fast), 0, fast.length << 1);
    let code: u32 = 0;
    let index = 0;
    for (let length = 1; length <= FAST_BITS; length++) {
      for (let left: i32 = unchecked(this.counts[length]); left > 0; left--) {
        const entry = <u16>(((<u32>unchecked(this.symbols[index++])) << 4) | length);
        for (let at = reversed(code++, length); at <= FAST_MASK; at += 1 << length)
          unchecked((fast[at] = entry));
      }
      code <<= 1;
    }
  }
}

/** The lowest `length` bits of `code` in the other order. */
function reversed(code: u32, length: i32): u32 {
  let out: u32 = 0;
  for (; length > 0; length--) {
    out = (out << 1) | (code & 1);
    code >>= 1;
  }
  return out;
}
