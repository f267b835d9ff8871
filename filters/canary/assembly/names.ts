import { Bytes } from "proxy-wasm-as-sdk";

const HEADER_EXTRA = Bytes.of("-_.");
const ID_EXTRA = Bytes.of("-_");
const COOKIE_EXTRA = Bytes.of("!#$%&'*+-.^_`|~");

/** Whether `name` is a header name of a to z, 0 to 9 and `-_.`, as the proxy holds them: in lower case. */
export function isHeaderName(name: Bytes): bool {
  return consistsOf(name, false, HEADER_EXTRA);
}

/** Whether `text` is of letters, digits and `-_`. */
export function isIdentifier(text: Bytes): bool {
  return consistsOf(text, true, ID_EXTRA);
}

/** Whether `text` is of letters, digits and `-_.`. */
export function isVariantValue(text: Bytes): bool {
  return consistsOf(text, true, HEADER_EXTRA);
}

/** Whether `name` is a cookie name: a token (RFC 6265bis section 4.1.1). */
export function isCookieName(name: Bytes): bool {
  return consistsOf(name, true, COOKIE_EXTRA);
}

/** Whether `text` is of visible ASCII characters, at least `least` of them: it can stand in a header as it is. */
export function isVisible(text: Bytes, least: i32): bool {
  for (let i = 0; i < text.length; i++) if (text.at(i) < 0x21 || text.at(i) > 0x7e) return false;
  return text.length >= least;
}

function consistsOf(text: Bytes, upperCase: bool, extra: Bytes): bool {
  for (let i = 0; i < text.length; i++) {
    const byte: u32 = text.at(i);
    if (byte - 0x61 < 26 || byte - 0x30 < 10 || (upperCase && byte - 0x41 < 26)) continue;
    if (extra.indexOf(<u8>byte) < 0) return false;
  }
  return text.length > 0;
}
