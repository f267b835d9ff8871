import { allocateBuffer, Bytes } from "../bytes";
import { BLOCK_BYTES, compressBlocks, compressEnd, compress, DIGEST_BYTES } from "./sha256-block";
import { initialState, writeDigest } from "./sha256-block";

const state = memory.data(32, 16);
const block = memory.data(64, 16);

/**
 * The SHA-256 digest of `data` (FIPS 180-4): 32 bytes. Allocates nothing else.
 *
 * @example
 * ```ts
 * function etag(body: Bytes): Bytes {
 *   return new BytesBuilder(66).append('"').appendHex(sha256(body)).append('"').take();
 * }
 * ```
 */
export function sha256(data: Bytes): Bytes {
  initialState(state);
  const left = compressBlocks(state, data.ptr, data.length);
  memory.copy(block, data.ptr + <usize>(data.length - left), <usize>left);
  compressEnd(state, block, left, <u64>data.length);
  const digest = allocateBuffer(DIGEST_BYTES);
  writeDigest(state, changetype<usize>(digest));
  return Bytes.fromBuffer(digest);
}

/**
 * SHA-256 of data that comes in parts.
 *
 * @example
 * ```ts
 * // The digest of several parts as if they were one.
 * function digestOf(parts: Array<Bytes>): Bytes {
 *   const hash = new Sha256();
 *   for (let i = 0; i < parts.length; i++) hash.update(parts[i]);
 *   return encodeHex(hash.digest());
 * }
 * ```
 */
@final
export class Sha256 {
  /** The state between blocks, then a block that is not full yet. */
  private memory: ArrayBuffer = allocateBuffer(DIGEST_BYTES + BLOCK_BYTES);
  private total: u64 = 0;

  /** Of no bytes yet. */
  constructor() {
    initialState(changetype<usize>(this.memory));
  }

  /** Adds the next part; returns this, for chains. */
  update(part: Bytes): this {
    const state = changetype<usize>(this.memory);
    const block = state + DIGEST_BYTES;
    const held = <i32>(this.total & 63);
    this.total += <u64>part.length;
    let from = 0;
    if (held > 0) {
      from = min(BLOCK_BYTES - held, part.length);
      memory.copy(block + held, part.ptr, <usize>from);
      if (held + from < BLOCK_BYTES) return this;
      compress(state, block);
    }
    const left = compressBlocks(state, part.ptr + from, part.length - from);
    memory.copy(block, part.ptr + <usize>(part.length - left), <usize>left);
    return this;
  }

  /** The digest of all parts, 32 bytes; starts over for the next message. */
  digest(): Bytes {
    const state = changetype<usize>(this.memory);
    compressEnd(state, state + DIGEST_BYTES, <i32>(this.total & 63), this.total);
    const digest = allocateBuffer(DIGEST_BYTES);
    writeDigest(state, changetype<usize>(digest));
    initialState(state);
    this.total = 0;
    return Bytes.fromBuffer(digest);
  }
}
