export { decodeBase64, encodeBase64 } from "./base64";
export { decodeBase64url, encodeBase64url } from "./base64url";
export { decodeHex, encodeHex } from "./hex";
export { HmacSha256, hmacSha256 } from "./hmac-sha256";
export { Sha256, sha256 } from "./sha256";
