import { MAX_BLOCK_SIZE } from "./abi/memory";
import { Status } from "./abi/types";
import { Bytes } from "./bytes";
import { callForeignFunction } from "./foreign";
import { bytesOf } from "./text";

/** The most that deflate makes of one byte (https://zlib.net/zlib_tech.html, "Maximum Compression Factor"). */
const MAX_FACTOR: u64 = 1032;
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
 * What the zlib stream `data` (RFC 1950) holds, unpacked by the host (Envoy's foreign function `uncompress`). Null when
 * it is none, when it holds more than `limit` bytes, and when the host has no such function.
 *
 * Null too for more than 127 KiB of packed data: they could become more than the module has room for, which
 * the host does not expect, and ends.
 *
 * @example
 * ```ts
 * export function unpacked(body: Bytes): Bytes | null {
 *   return uncompress(body, 1 << 20);
 * }
 * ```
 */
export function uncompress<T>(data: T, limit: i32): Bytes | null {
  const bytes = bytesOf<T>(data);
  if (<u64>bytes.length * MAX_FACTOR > <u64>MAX_BLOCK_SIZE) return null;
  const answer = callForeignFunction("uncompress", bytes);
  return answer.status == Status.Ok && answer.value.length <= limit ? answer.value : null;
}
