import { Bytes } from "proxy-wasm-as-sdk";

/** The most bytes of cookies that are looked at, over all lines; a request with more counts as one without cookies. */
const MAX_COOKIE_BYTES: i32 = 16384;

const EQUALS: u8 = 0x3d;
const SEMICOLON: u8 = 0x3b;

/**
 * The value of the one cookie called `name` in `lines`, all the values of the request's `cookie` headers
 * (RFC 6265bis section 4.2.1). Null when there is none, and also when there are several: their order says nothing
 * about where they come from, so none of them can be preferred.
 */
export function findCookie(lines: Array<Bytes>, name: Bytes): Bytes | null {
  let bytes = 0;
  let found: Bytes | null = null;
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i];
    bytes += line.length;
    if (bytes > MAX_COOKIE_BYTES) return null;
    let equals = line.indexOf(EQUALS);
    for (let from = 0; equals >= 0;) {
      const semicolon = line.indexOf(SEMICOLON, from);
      const to = semicolon < 0 ? line.length : semicolon;
      if (equals < to) {
        if (isNamed(line, from, equals, name)) {
          if (found) return null;
          found = line.slice(equals + 1, to).trim();
        }
        // Sought once per pair, not in every pair up to the end of the line.
        equals = line.indexOf(EQUALS, to);
      }
      from = to + 1;
    }
  }
  return found;
}

/** Whether `line` says `name` between `from` and `to`, whitespace around it aside; a view per cookie would cost more. */
function isNamed(line: Bytes, from: i32, to: i32, name: Bytes): bool {
  let start = from;
  let end = to;
  while (start < end && isWhitespace(line.at(start))) start++;
  while (end > start && isWhitespace(line.at(end - 1))) end--;
  return end - start == name.length && memory.compare(line.ptr + start, name.ptr, name.length) == 0;
}

function isWhitespace(byte: u8): bool {
  return byte == 0x20 || byte == 0x09;
}
