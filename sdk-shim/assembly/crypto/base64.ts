import { allocateBuffer, Bytes } from "../bytes";

/**
 * The value of a base64 digit, 64 and more for every other byte. `plus` and `slash` are the alphabet's last two
 * characters (RFC 4648 4 and 5).
 */
function digitValue(byte: u32, plus: u32, slash: u32): u32 {
  if (byte - 0x41 < 26) return byte - 0x41;
  if (byte - 0x61 < 26) return byte - 0x61 + 26;
  if (byte - 0x30 < 10) return byte - 0x30 + 52;
  return byte == plus ? 62 : byte == slash ? 63 : 64;
}

function digit(value: u32, plus: u8, slash: u8): u8 {
  if (value < 26) return <u8>(value + 0x41);
  if (value < 52) return <u8>(value - 26 + 0x61);
  if (value < 62) return <u8>(value - 52 + 0x30);
  return value == 62 ? plus : slash;
}

/**
 * Decodes digits without padding; null when a byte is not in the alphabet, when the length is none that an encoder
 * writes, or when the unused bits of the last digit are not zero: exactly one text stands for given bytes.
 */
export function decodeDigits(text: Bytes, plus: u8, slash: u8): Bytes | null {
  const length = text.length;
  const rest = length & 3;
  if (rest == 1) return null;
  const size = (length >> 2) * 3 + (rest > 0 ? rest - 1 : 0);
  if (size == 0) return Bytes.EMPTY;
  const buffer = allocateBuffer(size);
  const from = text.ptr;
  let target = changetype<usize>(buffer);
  let held: u32 = 0;
  let wrong: u32 = 0;
  for (let i = 0; i < length; i++) {
    const value = digitValue(load<u8>(from + i), plus, slash);
    wrong |= value;
    held = (held << 6) | value;
    if ((i & 3) == 3) {
      store<u8>(target, <u8>(held >> 16));
      store<u8>(target, <u8>(held >> 8), 1);
      store<u8>(target, <u8>held, 2);
      target += 3;
      held = 0;
    }
  }
  if (wrong >= 64) return null;
  if (rest == 2) {
    if ((held & 0x0f) != 0) return null;
    store<u8>(target, <u8>(held >> 4));
  } else if (rest == 3) {
    if ((held & 0x03) != 0) return null;
    store<u8>(target, <u8>(held >> 10));
    store<u8>(target, <u8>(held >> 2), 1);
  }
  return new Bytes(buffer, 0, size);
}

/** Encodes `data`, with `=` up to a multiple of four characters when `padded`. */
export function encodeDigits(data: Bytes, plus: u8, slash: u8, padded: bool): Bytes {
  const length = data.length;
  const digits = (length / 3) * 4 + (length % 3 > 0 ? (length % 3) + 1 : 0);
  const size = padded ? (digits + 3) & ~3 : digits;
  if (size == 0) return Bytes.EMPTY;
  const buffer = allocateBuffer(size);
  const target = changetype<usize>(buffer);
  let held: u32 = 0;
  let bits = 0;
  let at = 0;
  for (let i = 0; i < length; i++) {
    held = (held << 8) | data.at(i);
    for (bits += 8; bits >= 6; bits -= 6) {
      store<u8>(target + at++, digit((held >> (bits - 6)) & 63, plus, slash));
    }
  }
  if (bits > 0) store<u8>(target + at++, digit((held << (6 - bits)) & 63, plus, slash));
  while (at < size) store<u8>(target + at++, 0x3d);
  return new Bytes(buffer, 0, size);
}

/**
 * Decodes standard base64 with its padding (RFC 4648 4). Null on every other text: white space, missing or
 * superfluous `=`, unused bits that are not zero.
 *
 * @example
 * ```ts
 * // User and password of `Authorization: Basic ...` (RFC 7617); null when it is malformed.
 * function credentials(sent: Bytes): Bytes | null {
 *   const decoded = decodeBase64(sent.slice(6));
 *   return decoded && decoded.indexOf(0x3a) >= 0 ? decoded : null;
 * }
 * ```
 */
export function decodeBase64(text: Bytes): Bytes | null {
  const length = text.length;
  if ((length & 3) != 0) return null;
  let digits = length;
  if (digits > 0 && text.at(digits - 1) == 0x3d) digits--;
  if (digits > 0 && digits < length && text.at(digits - 1) == 0x3d) digits--;
  return decodeDigits(text.slice(0, digits), 0x2b, 0x2f);
}

/**
 * Encodes `data` as standard base64 with padding (RFC 4648 4).
 *
 * @example
 * ```ts
 * const basic = new BytesBuilder().append("Basic ").append(encodeBase64(Bytes.of("user:password"))).take();
 *
 * class CredentialsFilter extends HttpFilter {
 *   onRequestHeaders(endOfStream: bool): Action {
 *     this.requestHeaders.set("authorization", basic);
 *     return Action.Continue;
 *   }
 * }
 * ```
 */
export function encodeBase64(data: Bytes): Bytes {
  return encodeDigits(data, 0x2b, 0x2f, true);
}
