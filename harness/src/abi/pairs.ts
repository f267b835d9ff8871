import { MAX_PAIRS, MAX_PAIRS_BYTES } from "./enums.ts";

/** Name and value as byte strings (one character per byte). */
export type Pair = readonly [name: string, value: string];

/**
 * Size of the serialized list (proxy-wasm spec 0.2.1, serialized map).
 * @returns 0 for an empty list, which Envoy 1.40 hands out as a null pointer
 */
export function pairsSize(pairs: readonly Pair[]): number {
  if (pairs.length === 0) return 0;
  let size = 4;
  for (const [name, value] of pairs) size += 10 + name.length + value.length;
  return size;
}

/**
 * Serializes `pairs` into `target` at `offset` (proxy-wasm spec 0.2.1, serialized map):
 * the count, the lengths, then each name and value with a terminating zero.
 */
function writePairs(target: Buffer, offset: number, pairs: readonly Pair[]): void {
  let lengths = target.writeUInt32LE(pairs.length, offset);
  let bytes = lengths + pairs.length * 8;
  for (const [name, value] of pairs) {
    lengths = target.writeUInt32LE(name.length, lengths);
    lengths = target.writeUInt32LE(value.length, lengths);
    bytes += target.write(name, bytes, "latin1");
    target[bytes++] = 0;
    bytes += target.write(value, bytes, "latin1");
    target[bytes++] = 0;
  }
}

/** Serializes `pairs` into a new buffer. See {@link writePairs}. */
export function encodePairs(pairs: readonly Pair[]): Buffer {
  const target = Buffer.alloc(pairsSize(pairs));
  if (pairs.length > 0) writePairs(target, 0, pairs);
  return target;
}

/**
 * Reads a serialized list as Envoy 1.40 does: whatever is malformed, truncated or beyond the limits
 * (1 MiB, 1024 pairs) counts as an empty list, without an error.
 */
export function decodePairs(bytes: Buffer): Pair[] {
  if (bytes.length > MAX_PAIRS_BYTES || bytes.length < 4) return [];
  const count = bytes.readUInt32LE(0);
  if (count > MAX_PAIRS || 4 + count * 8 > bytes.length) return [];
  const pairs: Pair[] = [];
  let at = 4 + count * 8;
  for (let index = 0; index < count; index++) {
    const nameEnd = at + bytes.readUInt32LE(4 + index * 8);
    const valueEnd = nameEnd + 1 + bytes.readUInt32LE(8 + index * 8);
    if (valueEnd >= bytes.length || bytes[nameEnd] !== 0 || bytes[valueEnd] !== 0) return [];
    pairs.push([bytes.toString("latin1", at, nameEnd), bytes.toString("latin1", nameEnd + 1, valueEnd)]);
    at = valueEnd + 1;
  }
  return pairs;
}
