import { Bytes, BytesBuilder, decodeHex } from "proxy-wasm-as-sdk";

/** Longest path that is matched against rules, in bytes. */
const MAX_PATH_BYTES: i32 = 8192;

const SLASH: u8 = 0x2f;
const PERCENT: u8 = 0x25;
const DOT: u8 = 0x2e;

/**
 * The path of the request target `target` (origin form, RFC 9112 section 3.2.1) without query and with its percent
 * encoding undone; null when servers disagree about what it means, so that a rule could match another path than the
 * one that is served: dot segments, empty segments, `;` parameters, encoded delimiters, double encoding, backslashes,
 * control characters, text that is not UTF-8, anything that does not begin with `/`.
 */
export function canonicalPath(target: Bytes): Bytes | null {
  const query = target.indexOf(0x3f);
  const path = query < 0 ? target : target.slice(0, query);
  if (path.length > MAX_PATH_BYTES) return null;
  const decoded = path.indexOf(PERCENT) < 0 ? path : decodePercent(path);
  if (!decoded) return null;
  return isUnambiguous(decoded) ? decoded : null;
}

/** Whether `path`, a canonical path, is `prefix` or lies below it; `/admin` covers `/admin/x`, not `/administrator`. */
export function isBelow(path: Bytes, prefix: Bytes): bool {
  if (!path.startsWith(prefix)) return false;
  return prefix.length <= 1 || path.length == prefix.length || path.at(prefix.length) == SLASH;
}

/**
 * Whether `path` is decoded and means the same to every server: segments that are neither empty (the last may be),
 * `.` nor `..`; no `?`, `#`, `;`, backslash or control character, nothing that a second decoding would change.
 */
export function isUnambiguous(path: Bytes): bool {
  if (path.at(0) != SLASH || !path.isValidUtf8()) return false;
  const length = path.length;
  let segment = 1;
  for (let i = 1; i <= length; i++) {
    const byte = i < length ? path.at(i) : SLASH;
    if (byte == SLASH) {
      if (i == segment && i < length) return false;
      if (isDotSegment(path, segment, i)) return false;
      segment = i + 1;
    } else if (isDelimiter(byte) || (byte == PERCENT && encodedByte(path, i) >= 0)) {
      return false;
    }
  }
  return true;
}

function isDotSegment(path: Bytes, from: i32, to: i32): bool {
  const length = to - from;
  if (length < 1 || length > 2 || path.at(from) != DOT) return false;
  return length == 1 || path.at(from + 1) == DOT;
}

/** Control characters, DEL and `#`, `;`, `?`, backslash. */
function isDelimiter(byte: u8): bool {
  return byte < 0x20 || byte == 0x23 || byte == 0x3b || byte == 0x3f || byte == 0x5c || byte == 0x7f;
}

/** `path` with every `%XX` replaced; null for an incomplete one and for an encoded slash. */
function decodePercent(path: Bytes): Bytes | null {
  const decoded = new BytesBuilder(path.length);
  let from = 0;
  for (let at = path.indexOf(PERCENT); at >= 0; at = path.indexOf(PERCENT, from)) {
    const byte = encodedByte(path, at);
    if (byte < 0 || byte == SLASH) return null;
    decoded.append(path.slice(from, at)).appendByte(<u8>byte);
    from = at + 3;
  }
  return decoded.append(path.slice(from)).take();
}

/** The byte that the `%XX` at index `at` stands for; -1 when two hexadecimal digits do not follow. */
function encodedByte(path: Bytes, at: i32): i32 {
  const byte = decodeHex(path.slice(at + 1, at + 3));
  return byte && byte.length == 1 ? <i32>byte.at(0) : -1;
}
