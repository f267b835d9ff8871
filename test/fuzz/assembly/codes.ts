import {
  HmacSha256,
  Sha256,
  SipKey,
  decodeBase64,
  decodeBase64url,
  decodeHex,
  encodeBase64,
  encodeBase64url,
  encodeHex,
  murmur3,
  sha256,
  sipHash,
} from "proxy-wasm-as-sdk";
import { input, out, part, rest, tell } from "./frame";

/** What it decodes to in each code, and what it is encoded as. */
export function base64(): void {
  tell(decodeBase64(input));
  out.append("\n").append(encodeBase64(input));
}

export function base64url(): void {
  tell(decodeBase64url(input));
  out.append("\n").append(encodeBase64url(input));
}

export function hex(): void {
  tell(decodeHex(input));
  out.append("\n").append(encodeHex(input));
}

/** A key and data, through every hash. */
export function hashes(): void {
  const key = part();
  const data = rest();
  out.appendHex(sha256(data)).append(" ");
  const parts = new Sha256();
  parts.update(data.slice(0, key.length)).update(data.slice(key.length));
  out.appendHex(parts.digest()).append(" ");
  const mac = new HmacSha256(key);
  const code = mac.sign(data);
  out.appendHex(code).append(mac.verify(data, code) && !mac.verify(data, data) ? " " : " ?");
  out.appendDecimal(<i64>murmur3(data, <u32>key.length)).append(" ");
  out.appendDecimal(<i64>sipHash(data, SipKey.of(key)));
}
