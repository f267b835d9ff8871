import { Bytes } from "../bytes";
import { decodeDigits, encodeDigits } from "./base64";

/**
 * Decodes base64url without padding, as JOSE writes it (RFC 4648 5, RFC 7515 2). Null on every other text: `=`,
 * white space, `+` and `/`, an impossible length, unused bits that are not zero.
 */
export function decodeBase64url(text: Bytes): Bytes | null {
  return decodeDigits(text, 0x2d, 0x5f);
}

/** Encodes `data` as base64url without padding (RFC 7515 2). */
export function encodeBase64url(data: Bytes): Bytes {
  return encodeDigits(data, 0x2d, 0x5f, false);
}
