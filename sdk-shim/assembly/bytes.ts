import { quickHash } from "./hash/quick";
import { copyBytes, sameBytes } from "./ranges";
import { decodeUtf8, encodeUtf8, isValidUtf8, utf8Length } from "./utf8";

export { BytesBuilder } from "./bytes-builder";

/** A buffer of `size` bytes whose content is whatever memory held before; the caller writes all of it. */
export function allocateBuffer(size: u32): ArrayBuffer {
  return changetype<ArrayBuffer>(__new(<usize>size, idof<ArrayBuffer>()));
}

function lower(byte: u32): u32 {
  return byte - 0x41 < 26 ? byte | 0x20 : byte;
}

/**
 * A view of bytes: a range of a buffer, never a copy of it, never changed through this class.
 *
 * Header values, bodies and properties arrive as UTF-8; comparing and slicing them as `Bytes`
 * avoids the UTF-16 string that `toString()` has to build. No method traps, whatever the bytes and indexes.
 *
 * @example
 * ```ts
 * const BEARER = Bytes.of("bearer ");
 *
 * // The token in `Bearer abc`; null when there is none.
 * function tokenIn(authorization: Bytes): Bytes | null {
 *   const scheme = authorization.slice(0, BEARER.length);
 *   if (!scheme.equalsIgnoreCase(BEARER)) return null;
 *   const token = authorization.slice(BEARER.length).trim(); // a view: nothing is copied
 *   return token.length > 0 ? token : null;
 * }
 * ```
 */
@final
export class Bytes {
  /** The view of no bytes. */
  // @ts-ignore: decorator
  @lazy static readonly EMPTY: Bytes = new Bytes(allocateBuffer(0), 0, 0);

  /** The range of `length` bytes from `start`, which the caller guarantees to lie inside `buffer`. */
  constructor(
    /** What this is a view of; it lives as long as a view of it is held. */
    readonly buffer: ArrayBuffer,
    /** Offset of the first byte in `buffer`. */
    readonly start: i32,
    /** How many bytes there are. */
    readonly length: i32,
  ) {}

  /** Encodes `text` as UTF-8, lone surrogates as U+FFFD; keep the result in a constant when it is reused. */
  static of(text: string): Bytes {
    const length = utf8Length(changetype<usize>(text), text.length);
    const encoded = allocateBuffer(length);
    encodeUtf8(changetype<usize>(text), text.length, changetype<usize>(encoded));
    return new Bytes(encoded, 0, length);
  }

  /** A view of the whole `buffer`. */
  static fromBuffer(buffer: ArrayBuffer): Bytes {
    return new Bytes(buffer, 0, buffer.byteLength);
  }

  /** Address of the first byte; valid while this object is held. */
  @inline get ptr(): usize {
    return changetype<usize>(this.buffer) + <usize>this.start;
  }

  /** The byte at `index`, 0 when there is none. */
  @operator("[]")
  at(index: i32): u8 {
    return <u32>index < <u32>this.length ? load<u8>(this.ptr + <usize>index) : 0;
  }

  /** Whether both views hold the same bytes. Stops at the first difference: see `equalsSecret`. */
  equals(other: Bytes): bool {
    return this.length == other.length && sameBytes(this.ptr, other.ptr, <usize>this.length);
  }

  /** `a == b`: both null, or both the same bytes. To narrow a nullable local write `if (!x)`. */
  @operator("==")
  static same(left: Bytes | null, right: Bytes | null): bool {
    if (!left) return !right;
    if (!right) return false;
    return left.equals(right);
  }

  /** `a != b`, the opposite of `a == b`. */
  @operator("!=")
  static different(left: Bytes | null, right: Bytes | null): bool {
    return !Bytes.same(left, right);
  }

  /** Whether both views hold the same bytes when A to Z count as a to z. */
  equalsIgnoreCase(other: Bytes): bool {
    const length = this.length;
    if (length != other.length) return false;
    const left = this.ptr;
    const right = other.ptr;
    for (let i = 0; i < length; i++) {
      if (lower(load<u8>(left + i)) != lower(load<u8>(right + i))) return false;
    }
    return true;
  }

  /** Whether both views hold the same bytes, in time that depends on the lengths only. */
  equalsSecret(other: Bytes): bool {
    const length = this.length;
    if (length != other.length) return false;
    const left = this.ptr;
    const right = other.ptr;
    let difference: u32 = 0;
    for (let i = 0; i < length; i++) difference |= load<u8>(left + i) ^ load<u8>(right + i);
    return difference == 0;
  }

  /** Negative, 0 or positive as this sorts before, with or after `other`: by unsigned byte, prefix first. */
  compareTo(other: Bytes): i32 {
    const order = memory.compare(this.ptr, other.ptr, <usize>min(this.length, other.length));
    return order != 0 ? order : this.length - other.length;
  }

  /** Whether the first bytes are `prefix`; the empty prefix always is. */
  startsWith(prefix: Bytes): bool {
    return this.length >= prefix.length && sameBytes(this.ptr, prefix.ptr, <usize>prefix.length);
  }

  /** Whether the last bytes are `suffix`; the empty suffix always is. */
  endsWith(suffix: Bytes): bool {
    const from = this.length - suffix.length;
    return from >= 0 && sameBytes(this.ptr + <usize>from, suffix.ptr, <usize>suffix.length);
  }

  /** Index of the first `byte` at or after `from`, -1 when there is none. */
  indexOf(byte: u8, from: i32 = 0): i32 {
    const length = this.length;
    const start = this.ptr;
    for (let i = max(from, 0); i < length; i++) {
      if (load<u8>(start + i) == byte) return i;
    }
    return -1;
  }

  /**
   * Index of the first occurrence of `part` that begins at or after `from`, -1 when there is none.
   * The empty part occurs everywhere up to the end. Takes time proportional to both lengths multiplied.
   */
  indexOfBytes(part: Bytes, from: i32 = 0): i32 {
    const last = this.length - part.length;
    const start = this.ptr;
    const wanted = part.ptr;
    for (let i = max(from, 0); i <= last; i++) {
      if (sameBytes(start + <usize>i, wanted, <usize>part.length)) return i;
    }
    return -1;
  }

  /** The part from `from` up to, not including, `to`; both are clamped to 0..length, negative ones to 0. */
  slice(from: i32, to: i32 = i32.MAX_VALUE): Bytes {
    const begin = max(from, 0);
    const end = min(to, this.length);
    if (begin >= end) return Bytes.EMPTY;
    if (begin == 0 && end == this.length) return this;
    return new Bytes(this.buffer, this.start + begin, end - begin);
  }

  /** Without spaces and tabs at both ends (optional whitespace, RFC 9110 5.6.3). */
  trim(): Bytes {
    const start = this.ptr;
    let from = 0;
    let to = this.length;
    while (from < to && isOws(load<u8>(start + from))) from++;
    while (to > from && isOws(load<u8>(start + to - 1))) to--;
    return this.slice(from, to);
  }

  /** With A to Z as a to z: this same view when there is nothing to change, otherwise a buffer of its own. */
  toLowerCase(): Bytes {
    const length = this.length;
    const start = this.ptr;
    let i = 0;
    while (i < length && <u32>load<u8>(start + i) - 0x41 >= 26) i++;
    if (i == length) return this;
    const buffer = allocateBuffer(length);
    const target = changetype<usize>(buffer);
    copyBytes(target, start, <usize>i);
    for (; i < length; i++) store<u8>(target + i, <u8>lower(load<u8>(start + i)));
    return new Bytes(buffer, 0, length);
  }

  /** The same bytes in a buffer of their own, so that a small part does not keep a large buffer alive. */
  copy(): Bytes {
    const length = this.length;
    if (length == 0) return Bytes.EMPTY;
    const buffer = allocateBuffer(length);
    copyBytes(changetype<usize>(buffer), this.ptr, <usize>length);
    return new Bytes(buffer, 0, length);
  }

  /** A hash of the bytes. Not keyed: bound every table whose keys a client chooses. Not for storing: it may change. */
  hash(): u32 {
    return quickHash(this.ptr, this.length);
  }

  /** The number written as 1 to 18 decimal digits and nothing else, -1 for every other text. */
  parseUint(): i64 {
    const length = this.length;
    if (length == 0 || length > 18) return -1;
    const start = this.ptr;
    let value: i64 = 0;
    for (let i = 0; i < length; i++) {
      const digit = <u32>load<u8>(start + i) - 0x30;
      if (digit > 9) return -1;
      value = value * 10 + digit;
    }
    return value;
  }

  /** Whether the bytes are UTF-8 (RFC 3629): shortest forms only, no surrogates, at most U+10FFFF. */
  isValidUtf8(): bool {
    return isValidUtf8(this.ptr, this.length);
  }

  /** The text these bytes are in UTF-8; what is not UTF-8 becomes U+FFFD as browsers decode it. Keeps a BOM. */
  toString(): string {
    return decodeUtf8(this.ptr, this.length);
  }
}

function isOws(byte: u8): bool {
  return byte == 0x20 || byte == 0x09;
}
