// What may stand in a header: RFC 9110 sections 5.1 and 5.5. The host checks neither for responses.

import { Bytes } from "./bytes";

const SPACES: u64 = 0x2020202020202020;
const DELETES: u64 = 0x7f7f7f7f7f7f7f7f;
const ONES: u64 = 0x0101010101010101;
const HIGH_BITS: u64 = 0x8080808080808080;

/** Bit n is set when the character n, or n + 64, is a `tchar` (RFC 9110 section 5.6.2). */
const TCHAR_0_TO_63: u64 = 0x03ff6cfa00000000;
const TCHAR_64_TO_127: u64 = 0x57ffffffc7fffffe;

function isTokenByte(byte: u64): bool {
  // Shifts take the lowest six bits of their count.
  const set = byte < 64 ? TCHAR_0_TO_63 : TCHAR_64_TO_127;
  return byte < 128 && ((set >> byte) & 1) != 0;
}

/**
 * True for a token: the name of a header, a method, an authentication scheme (RFC 9110 section 5.6.2).
 *
 * @example
 * ```ts
 * // The scheme of an `Authorization` header; empty when it is malformed.
 * function schemeOf(authorization: Bytes): Bytes {
 *   const space = authorization.indexOf(0x20);
 *   const scheme = space < 0 ? authorization : authorization.slice(0, space);
 *   return isToken(scheme) ? scheme : Bytes.EMPTY;
 * }
 * ```
 */
export function isToken(text: Bytes): bool {
  const length = text.length;
  const start = text.ptr;
  for (let i = 0; i < length; i++) {
    if (!isTokenByte(load<u8>(start + i))) return false;
  }
  return length > 0;
}

/**
 * True for a header name: a token, or one of the pseudo headers of RFC 9113 section 8.3.
 *
 * @example
 * ```ts
 * class NamePlugin extends Plugin {
 *   header: Bytes = Bytes.EMPTY;
 *
 *   configure(config: Bytes): bool {
 *     const reader = ConfigReader.parse(config);
 *     this.header = reader.root.requiredString("header", 128).toLowerCase();
 *     if (!isFieldName(this.header)) reader.root.error("header", "the name of a header");
 *     reader.root.finish();
 *     return this.accept(reader);
 *   }
 * }
 * ```
 */
export function isFieldName(name: Bytes): bool {
  if (name.length > 0 && load<u8>(name.ptr) == 0x3a) return isToken(name.slice(1));
  return isToken(name);
}

/** True when eight bytes hold neither a byte below 0x20 nor 0x7f. */
function areFieldBytes(eight: u64): bool {
  const del = eight ^ DELETES;
  return ((((eight - SPACES) & ~eight) | ((del - ONES) & ~del)) & HIGH_BITS) == 0;
}

function isFieldByte(byte: u32): bool {
  return (byte >= 0x20 && byte != 0x7f) || byte == 0x09;
}

/**
 * True for a header value without control characters (HTAB excepted): CR, LF and NUL would let a value
 * break out of its line. Bytes from 0x80 pass (`obs-text`). Empty is a value.
 *
 * @example
 * ```ts
 * function printable(value: Bytes): Bytes {
 *   return isFieldValue(value) ? value : Bytes.EMPTY;
 * }
 * ```
 */
export function isFieldValue(value: Bytes): bool {
  let at = value.ptr;
  const end = at + value.length;
  for (; at + 8 <= end; at += 8) {
    if (areFieldBytes(load<u64>(at))) continue;
    for (let i: usize = 0; i < 8; i++) if (!isFieldByte(load<u8>(at + i))) return false;
  }
  for (; at < end; at++) if (!isFieldByte(load<u8>(at))) return false;
  return true;
}
