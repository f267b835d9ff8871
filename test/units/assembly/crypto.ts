import { Bytes } from "../../../sdk-shim/assembly/bytes";
import * as crypto from "../../../sdk-shim/assembly/crypto";

function bufferOf(bytes: Bytes | null): ArrayBuffer | null {
  return bytes ? bytes.copy().buffer : null;
}

export function sha256(data: ArrayBuffer): ArrayBuffer {
  return crypto.sha256(Bytes.fromBuffer(data)).buffer;
}

/** In parts of `step` bytes, with a digest that was started for something else before. */
export function sha256Parts(data: ArrayBuffer, step: i32): ArrayBuffer {
  const hash = new crypto.Sha256().update(Bytes.fromBuffer(data));
  hash.digest();
  const bytes = Bytes.fromBuffer(data);
  for (let at = 0; at < bytes.length; at += step) hash.update(bytes.slice(at, at + step));
  return hash.digest().buffer;
}

export function hmac(key: ArrayBuffer, data: ArrayBuffer): ArrayBuffer {
  return crypto.hmacSha256(Bytes.fromBuffer(key), Bytes.fromBuffer(data)).buffer;
}

/** Signs and verifies twice with one key; bit 0 verified, bit 1 anything else was accepted. */
export function hmacVerify(key: ArrayBuffer, data: ArrayBuffer, code: ArrayBuffer): i32 {
  const hmac = new crypto.HmacSha256(Bytes.fromBuffer(key));
  const message = Bytes.fromBuffer(data);
  hmac.sign(Bytes.of("something else"));
  let result = <i32>(
    (hmac.verify(message, Bytes.fromBuffer(code)) && hmac.verify(message, hmac.sign(message)))
  );
  const wrong = Bytes.fromBuffer(code).copy();
  for (let i = 0; i < wrong.length; i++) {
    store<u8>(wrong.ptr + i, wrong.at(i) ^ 1);
    if (hmac.verify(message, wrong)) result |= 2;
    store<u8>(wrong.ptr + i, wrong.at(i) ^ 1);
    if (hmac.verify(message, wrong.slice(0, i))) result |= 2;
  }
  return result;
}

export function decodeBase64url(text: ArrayBuffer): ArrayBuffer | null {
  return bufferOf(crypto.decodeBase64url(Bytes.fromBuffer(text)));
}

export function encodeBase64url(data: ArrayBuffer): ArrayBuffer | null {
  return bufferOf(crypto.encodeBase64url(Bytes.fromBuffer(data)));
}

export function decodeBase64(text: ArrayBuffer): ArrayBuffer | null {
  return bufferOf(crypto.decodeBase64(Bytes.fromBuffer(text)));
}

export function encodeBase64(data: ArrayBuffer): ArrayBuffer | null {
  return bufferOf(crypto.encodeBase64(Bytes.fromBuffer(data)));
}

export function decodeHex(text: ArrayBuffer): ArrayBuffer | null {
  return bufferOf(crypto.decodeHex(Bytes.fromBuffer(text)));
}

export function encodeHex(data: ArrayBuffer): ArrayBuffer | null {
  return bufferOf(crypto.encodeHex(Bytes.fromBuffer(data)));
}

/** Verifies `times` times: for measuring. */
export function hmacRepeat(data: ArrayBuffer, times: i32): i32 {
  const hmac = new crypto.HmacSha256(Bytes.of("0123456789abcdef0123456789abcdef"));
  let good = 0;
  const zero = Bytes.fromBuffer(new ArrayBuffer(32));
  for (let i = 0; i < times; i++) good += <i32>hmac.verify(Bytes.fromBuffer(data), zero);
  return good;
}

/** Hashes `times` times: for measuring. */
export function sha256Repeat(data: ArrayBuffer, times: i32): i32 {
  let sum = 0;
  for (let i = 0; i < times; i++) sum += crypto.sha256(Bytes.fromBuffer(data)).at(0);
  return sum;
}
