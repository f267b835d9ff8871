import { allocateBuffer, Bytes } from "./bytes";
import { writeDecimal } from "./decimal";
import { copyBytes } from "./ranges";
import { encodeUtf8 } from "./utf8";

/** Of a number of 64 bits. */
const MAX_DIGITS: u32 = 20;

/**
 * Puts bytes together in one growing buffer. Every `append` returns the builder, for chains.
 *
 * @example
 * ```ts
 * // `user=alice; attempts=3`
 * function describeUser(user: Bytes, attempts: i32): Bytes {
 *   return new BytesBuilder(64)
 *     .append("user=")
 *     .append(user)
 *     .append("; attempts=")
 *     .appendDecimal(attempts)
 *     .take();
 * }
 * ```
 */
@final
export class BytesBuilder {
  private buffer: ArrayBuffer;
  private used: i32 = 0;

  /** With room for `capacity` bytes; more is made when needed. */
  constructor(capacity: i32 = 64) {
    this.buffer = allocateBuffer(max(capacity, 0));
  }

  /** How many bytes were appended since the start, `clear` or `take`. */
  get length(): i32 {
    return this.used;
  }

  /** Address of the first byte; valid until the next change of the builder. */
  get ptr(): usize {
    return changetype<usize>(this.buffer);
  }

  /** Appends a `Bytes`, or a `string` as UTF-8 (lone surrogates as U+FFFD). Other types do not compile. */
  append<T>(value: T): this {
    // As for every text the SDK takes, null counts as empty.
    if (isNullable<T>()) if (changetype<usize>(value) == 0) return this;
    if (isString<T>()) {
      const text = changetype<string>(value);
      const at = this.reserve(text.length * 3);
      this.used += encodeUtf8(changetype<usize>(text), text.length, at);
    } else if (idof<T>() == idof<Bytes>()) {
      const bytes = changetype<Bytes>(value);
      copyBytes(this.reserve(bytes.length), bytes.ptr, <usize>bytes.length);
      this.used += bytes.length;
    } else {
      ERROR("append takes Bytes or string");
    }
    return this;
  }

  /** Appends one byte. */
  appendByte(byte: u8): this {
    store<u8>(this.reserve(1), byte);
    this.used++;
    return this;
  }

  /** Appends `value` as decimal digits, with a minus sign when negative. */
  appendDecimal(value: i64): this {
    if (value < 0) this.appendByte(0x2d);
    const at = this.reserve(MAX_DIGITS);
    this.used += <i32>(writeDecimal(at, value < 0 ? 0 - <u64>value : <u64>value) - at);
    return this;
  }

  /** Appends every byte of `bytes` as two lowercase hexadecimal digits. */
  appendHex(bytes: Bytes): this {
    const at = this.reserve(bytes.length << 1);
    const from = bytes.ptr;
    for (let i = 0; i < bytes.length; i++) {
      const byte = load<u8>(from + i);
      store<u8>(at + (i << 1), hexDigit(byte >> 4));
      store<u8>(at + (i << 1), hexDigit(byte & 15), 1);
    }
    this.used += bytes.length << 1;
    return this;
  }

  /** Makes room for `extra` bytes at the end and returns the address to write them to. */
  private reserve(extra: u32): usize {
    const needed = <u32>this.used + extra;
    const capacity = <u32>this.buffer.byteLength;
    if (needed > capacity) {
      const grown = allocateBuffer(max(needed, capacity << 1));
      copyBytes(changetype<usize>(grown), changetype<usize>(this.buffer), <usize>this.used);
      this.buffer = grown;
    }
    return changetype<usize>(this.buffer) + <usize>this.used;
  }

  /** The bytes so far without a copy: for use at once, the next change of the builder overwrites them. */
  view(): Bytes {
    return new Bytes(this.buffer, 0, this.used);
  }

  /** The bytes so far in a buffer of their own; the builder keeps its content and room. */
  copy(): Bytes {
    return this.view().copy();
  }

  /** Hands over the bytes without a copy; the builder is empty and without room afterwards. */
  take(): Bytes {
    const taken = this.view();
    this.buffer = Bytes.EMPTY.buffer;
    this.used = 0;
    return taken;
  }

  /** Forgets the bytes and keeps the room. */
  clear(): this {
    this.used = 0;
    return this;
  }
}

function hexDigit(value: u8): u8 {
  return value + (value < 10 ? 0x30 : 0x57);
}

/**
 * `value` in decimal digits. Unlike `value.toString()` it needs no tables for other bases (3 KB of module).
 *
 * @example
 * ```ts
 * function tooMany(count: i32): void {
 *   log(LogLevel.Warn, decimalText(count) + " entries are too many");
 * }
 * ```
 */
export function decimalText(value: i64): string {
  return new BytesBuilder(20).appendDecimal(value).view().toString();
}
