import { Bytes } from "proxy-wasm-as-sdk";

/** The most bytes of cookies that are looked at, over all lines; a request with more counts as one without cookies. */
export const MAX_COOKIE_BYTES: i32 = 16384;

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
    for (let from = 0; from < line.length;) {
      const semicolon = line.indexOf(SEMICOLON, from);
      const to = semicolon < 0 ? line.length : semicolon;
      const pair = line.slice(from, to);
      const equals = pair.indexOf(EQUALS);
      if (equals > 0 && pair.slice(0, equals).trim().equals(name)) {
        if (found) return null;
        found = pair.slice(equals + 1).trim();
      }
      from = to + 1;
    }
  }
  return found;
}
