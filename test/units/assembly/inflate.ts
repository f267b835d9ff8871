import { Bytes } from "../../../sdk-shim/assembly/bytes";
import { inflate } from "../../../sdk-shim/assembly/inflate";

/** What the zlib stream `data` holds, up to `limit` bytes; null when it is none or holds more. */
export function unpack(data: ArrayBuffer, limit: i32): ArrayBuffer | null {
  const unpacked = inflate(Bytes.fromBuffer(data), limit);
  return unpacked ? unpacked.copy().buffer : null;
}

/** Bytes of memory that the module has. */
export function memorySize(): i32 {
  return memory.size() << 16;
}
