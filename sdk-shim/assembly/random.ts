import * as wasi from "./abi/wasi_snapshot_preview1";

/** The most bytes that Envoy gives at once. */
const MAX_SIZE: i32 = 65536;

/**
 * `size` random bytes from the host's secure source; null when it gives none or `size` is not in 1..65536.
 *
 * @example
 * ```ts
 * function requestId(): Bytes | null {
 *   const random = randomBytes(16);
 *   return random ? encodeHex(Bytes.fromBuffer(random)) : null;
 * }
 * ```
 */
export function randomBytes(size: i32): ArrayBuffer | null {
  if (size < 1 || size > MAX_SIZE) return null;
  const buffer = new ArrayBuffer(size);
  return wasi.random_get(changetype<usize>(buffer), size) == 0 ? buffer : null;
}
