import { allocateBuffer, Bytes, BytesBuilder } from "../bytes";

/**
 * Encodes `data` as lowercase hexadecimal digits, two per byte.
 *
 * @example
 * ```ts
 * function fingerprint(body: Bytes): Bytes {
 *   return encodeHex(sha256(body)); // 64 digits
 * }
 * ```
 */
export function encodeHex(data: Bytes): Bytes {
  return new BytesBuilder(data.length << 1).appendHex(data).take();
}

/**
 * Decodes hexadecimal digits of either case; null when their number is odd or a byte is none.
 *
 * @example
 * ```ts
 * // The trace ID of a `traceparent` header, 16 bytes; null when it is malformed.
 * function traceId(traceparent: Bytes): Bytes | null {
 *   const id = decodeHex(traceparent.slice(3, 35));
 *   return id && id.length == 16 ? id : null;
 * }
 * ```
 */
export function decodeHex(text: Bytes): Bytes | null {
  if ((text.length & 1) != 0) return null;
  const size = text.length >> 1;
  if (size == 0) return Bytes.EMPTY;
  const buffer = allocateBuffer(size);
  const target = changetype<usize>(buffer);
  for (let i = 0; i < size; i++) {
    const high = digitValue(text.at(i << 1));
    const low = digitValue(text.at((i << 1) + 1));
    if ((high | low) > 15) return null;
    store<u8>(target + i, <u8>((high << 4) | low));
  }
  return new Bytes(buffer, 0, size);
}

/** The value of a hexadecimal digit, 255 for every other byte. */
export function digitValue(byte: u32): u32 {
  if (byte - 0x30 < 10) return byte - 0x30;
  const letter = (byte | 0x20) - 0x61;
  return letter < 6 ? letter + 10 : 255;
}
