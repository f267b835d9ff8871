// The encoding of header lists: u32 count, count x (u32 name size, u32 value size), then name NUL value NUL.

import { Bytes } from "../bytes";
import { sameBytes } from "../ranges";

/**
 * Whether `encoded` is a list that `Pairs` can read: every entry lies inside it. What the host hands out as a list
 * is; anything else, such as the value of some property, must be asked about first.
 */
export function isPairs(encoded: Bytes): bool {
  if (encoded.length == 0) return true;
  if (encoded.length < 4) return false;
  const count = load<u32>(encoded.ptr);
  let end: u64 = 4 + 8 * <u64>count;
  if (end > <u64>encoded.length) return false;
  const lengths = encoded.ptr + 4;
  for (let i: u32 = 0; i < count << 1; i++) end += <u64>load<u32>(lengths + ((<usize>i) << 2)) + 1;
  return end <= <u64>encoded.length;
}

/**
 * A header list as the host encoded it, read in place. Names are lower case, pseudo headers come first.
 *
 * @example
 * ```ts
 * class CountingFilter extends HttpFilter {
 *   onRequestHeaders(endOfStream: bool): Action {
 *     const pairs = this.requestHeaders.pairs();
 *     let size = 0;
 *     for (let i = 0; i < pairs.length; i++) size += pairs.name(i).length + pairs.value(i).length;
 *     if (size > 16384) return this.reply(431).send();
 *     return Action.Continue;
 *   }
 * }
 * ```
 */
@final
export class Pairs {
  /** Number of entries; a repeated header is a repeated entry. */
  readonly length: i32;
  private readonly encoded: Bytes;
  // Reading is nearly always in order: where the entry after the last one read begins.
  private nextIndex: i32 = 0;
  private nextOffset: i32;

  /**
   * Reads what the host encoded. A count or length that lies makes the list empty or its entries wrong, but nothing
   * beside `encoded` is ever read: see `isPairs` to refuse such lists. @internal
   */
  constructor(encoded: Bytes) {
    this.encoded = encoded;
    const size = encoded.length;
    let count = size < 4 ? 0 : load<i32>(encoded.ptr);
    if (<u32>count > (<u32>(size - 4)) >> 3) count = 0;
    this.length = count;
    this.nextOffset = 4 + 8 * count;
  }

  /** Name of entry `index`; empty beyond the end. */
  name(index: i32): Bytes {
    if (<u32>index >= <u32>this.length) return Bytes.EMPTY;
    const start = this.offsetOf(index);
    return this.encoded.slice(start, start + this.nameSize(index));
  }

  /** Value of entry `index`; empty beyond the end. */
  value(index: i32): Bytes {
    if (<u32>index >= <u32>this.length) return Bytes.EMPTY;
    const start = this.offsetOf(index) + this.nameSize(index) + 1;
    return this.encoded.slice(start, start + this.valueSize(index));
  }

  /** Index of the first entry called `name` (lower case) at or after `from`; -1 when there is none. */
  indexOf(name: Bytes, from: i32 = 0): i32 {
    for (let i = max(from, 0); i < this.length; i++) {
      if (this.nameSize(i) != name.length) continue;
      const offset = <u32>this.offsetOf(i);
      if (<u64>offset + name.length > <u64>this.encoded.length) continue;
      if (sameBytes(this.encoded.ptr + offset, name.ptr, name.length)) return i;
    }
    return -1;
  }

  /** Bytes of all names and values together. */
  get byteSize(): i32 {
    let size = 0;
    for (let i = 0; i < this.length; i++) size += this.nameSize(i) + this.valueSize(i);
    return size;
  }

  private nameSize(index: i32): i32 {
    return load<i32>(this.encoded.ptr + 4 + 8 * index);
  }

  private valueSize(index: i32): i32 {
    return load<i32>(this.encoded.ptr + 8 + 8 * index);
  }

  private offsetOf(index: i32): i32 {
    if (index < this.nextIndex) {
      this.nextIndex = 0;
      this.nextOffset = 4 + 8 * this.length;
    }
    while (this.nextIndex < index) {
      this.nextOffset += this.nameSize(this.nextIndex) + this.valueSize(this.nextIndex) + 2;
      this.nextIndex++;
    }
    return this.nextOffset;
  }
}
