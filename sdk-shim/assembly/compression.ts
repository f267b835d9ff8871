import { MAX_BLOCK_SIZE } from "./abi/memory";
import { Status } from "./abi/types";
import { Bytes } from "./bytes";
import { callForeignFunction } from "./foreign";
import { inflate } from "./inflate";
import { bytesOf } from "./text";

/** More than what zlib adds to bytes that it cannot make smaller: a part in a thousand, and some bytes. */
const MAX_PACKED: i32 = <i32>MAX_BLOCK_SIZE - (1 << 20);

/**
 * `data`, a string or Bytes, as a zlib stream (RFC 1950), made by the host (Envoy's foreign function `compress`). Null
 * when the host has no such function, and for more than 127 MiB.
 *
 * @example
 * ```ts
 * export function packed(body: Bytes): Bytes {
 *   const smaller = compress(body);
 *   return smaller ? smaller : body;
 * }
 * ```
 */
export function compress<T>(data: T): Bytes | null {
  const bytes = bytesOf<T>(data);
  if (bytes.length > MAX_PACKED) return null;
  const answer = callForeignFunction("compress", bytes);
  return answer.status == Status.Ok ? answer.value : null;
}

/**
 * What the zlib stream `data`, a string or Bytes, holds (RFC 1950). Null when it is none, and as soon as it is seen to hold
 * more than `limit` bytes: no more than those are ever unpacked, whatever a client sends.
 *
 * It is unpacked here. Envoy's foreign function `uncompress` has no limit: it takes the host's memory for all of it, and
 * ends the process when the module has no room for the result.
 *
 * @example
 * ```ts
 * export function unpacked(body: Bytes): Bytes | null {
 *   return uncompress(body, 1 << 20);
 * }
 * ```
 */
export function uncompress<T>(data: T, limit: i32): Bytes | null {
  return inflate(bytesOf<T>(data), limit);
}
