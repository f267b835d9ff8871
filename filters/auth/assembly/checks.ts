// What configured texts may hold. `config.schema.json` says the same in patterns.

import { Bytes, BytesBuilder, isReservedField, isSameField, isToken } from "proxy-wasm-as-sdk";

/** Whether `list` holds `text`. */
export function holds(list: Array<Bytes>, text: Bytes): bool {
  for (let i = 0; i < list.length; i++) if (list[i].equals(text)) return true;
  return false;
}

/** Whether `list` holds a header name that servers may take for `name`. */
export function holdsField(list: Array<Bytes>, name: Bytes): bool {
  for (let i = 0; i < list.length; i++) if (isSameField(list[i], name)) return true;
  return false;
}

/** Whether all bytes are from `least` to 0x7e. */
function isAscii(text: Bytes, least: u8): bool {
  for (let i = 0; i < text.length; i++) if (text.at(i) < least || text.at(i) > 0x7e) return false;
  return true;
}

/** Visible ASCII characters and spaces. */
export function isPrintable(text: Bytes): bool {
  return isAscii(text, 0x20);
}

/** Visible ASCII characters, no spaces. */
export function isVisible(text: Bytes): bool {
  return isAscii(text, 0x21);
}

/** Printable, with no space at either end, where a header value would lose it. */
export function isPlainValue(text: Bytes): bool {
  return isPrintable(text) && text.trim().length == text.length;
}

/** A letter or digit, then letters, digits, `.`, `_` and `-`: without `/`, which ends it in an identity. */
export function isProviderName(text: Bytes): bool {
  for (let i = 0; i < text.length; i++) {
    const byte = <u32>text.at(i);
    const isAlphanumeric = (byte | 0x20) - 0x61 < 26 || byte - 0x30 < 10;
    if (!isAlphanumeric && (i == 0 || (byte != 0x2e && byte != 0x5f && byte != 0x2d))) return false;
  }
  return true;
}

/** A header name in lower case that a filter may read a key from or write an identity to. */
export function isFreeHeader(name: Bytes): bool {
  return isToken(name) && name.toLowerCase().equals(name) && !isReservedField(hyphenated(name));
}

/** `name` with `-` in place of `_`, as servers may read it. */
function hyphenated(name: Bytes): Bytes {
  const text = new BytesBuilder(name.length);
  for (let i = 0; i < name.length; i++) text.appendByte(name.at(i) == 0x5f ? 0x2d : name.at(i));
  return text.take();
}

/** 64 hexadecimal digits in lower case. */
export function isHexDigest(text: Bytes): bool {
  for (let i = 0; i < text.length; i++) {
    const byte = <u32>text.at(i);
    if (byte - 0x30 >= 10 && byte - 0x61 >= 6) return false;
  }
  return text.length == 64;
}
