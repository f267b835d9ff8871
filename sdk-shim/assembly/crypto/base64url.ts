import { Bytes } from "../bytes";
import { decodeDigits, encodeDigits } from "./base64";

/**
 * Decodes base64url without padding, as JOSE writes it (RFC 4648 5, RFC 7515 2). Null on every other text: `=`,
 * white space, `+` and `/`, an impossible length, unused bits that are not zero.
 *
 * @example
 * ```ts
 * // The claims of a JWT, without a look at its signature.
 * function claimsOf(token: Bytes): JsonValue | null {
 *   const first = token.indexOf(0x2e);
 *   const second = token.indexOf(0x2e, first + 1);
 *   if (first < 0 || second < 0) return null;
 *   const claims = decodeBase64url(token.slice(first + 1, second));
 *   return claims ? parseJson(claims).value : null;
 * }
 * ```
 */
export function decodeBase64url(text: Bytes): Bytes | null {
  return decodeDigits(text, 0x2d, 0x5f);
}

/**
 * Encodes `data` as base64url without padding (RFC 7515 2).
 *
 * @example
 * ```ts
 * function sessionId(): Bytes | null {
 *   const random = randomBytes(16);
 *   return random ? encodeBase64url(Bytes.fromBuffer(random)) : null;
 * }
 * ```
 */
export function encodeBase64url(data: Bytes): Bytes {
  return encodeDigits(data, 0x2d, 0x5f, false);
}
