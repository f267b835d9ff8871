import { allocateBuffer, Bytes } from "../bytes";
import { sha256 } from "./sha256";
import { BLOCK_BYTES, compress, compressBlocks, compressEnd, DIGEST_BYTES } from "./sha256-block";
import { initialState, writeDigest } from "./sha256-block";

const state = memory.data(32, 16);
const block = memory.data(64, 16);

/**
 * The HMAC-SHA-256 of `data` under `key` (RFC 2104): 32 bytes. Keys of every length work, also the empty one.
 *
 * @example
 * ```ts
 * function signature(secret: Bytes, message: Bytes): Bytes {
 *   return encodeHex(hmacSha256(secret, message));
 * }
 * ```
 */
export function hmacSha256(key: Bytes, data: Bytes): Bytes {
  return new HmacSha256(key).sign(data);
}

/**
 * HMAC-SHA-256 under one key (RFC 2104), which is prepared once: a message then costs two blocks beside its own
 * and one allocation of 32 bytes to sign, none to verify.
 *
 * @example
 * ```ts
 * class Signer {
 *   private readonly code: HmacSha256;
 *
 *   constructor(secret: Bytes) {
 *     this.code = new HmacSha256(secret); // prepared once, for all messages
 *   }
 *
 *   isSigned(message: Bytes, signature: Bytes): bool {
 *     const code = decodeHex(signature);
 *     return code ? this.code.verify(message, code) : false;
 *   }
 * }
 *
 * const signer = new Signer(Bytes.of("a secret from the configuration"));
 *
 * function isGenuine(message: Bytes, signature: Bytes): bool {
 *   return signer.isSigned(message, signature);
 * }
 * ```
 */
@final
export class HmacSha256 {
  /** The states after the inner and after the outer key pad. */
  private pads: ArrayBuffer = allocateBuffer(DIGEST_BYTES * 2);

  /** Under `key`, of any length. */
  constructor(key: Bytes) {
    const short = key.length > BLOCK_BYTES ? sha256(key) : key;
    const pads = changetype<usize>(this.pads);
    this.absorbPad(short, 0x36, pads);
    this.absorbPad(short, 0x5c, pads + DIGEST_BYTES);
    memory.fill(block, 0, BLOCK_BYTES);
  }

  /** The code of `data`, 32 bytes. */
  sign(data: Bytes): Bytes {
    this.compute(data);
    const code = allocateBuffer(DIGEST_BYTES);
    memory.copy(changetype<usize>(code), state, DIGEST_BYTES);
    return Bytes.fromBuffer(code);
  }

  /** Whether `code` is the code of `data`, in time that does not depend on where they differ. */
  verify(data: Bytes, code: Bytes): bool {
    if (code.length != DIGEST_BYTES) return false;
    this.compute(data);
    const sent = code.ptr;
    let difference: u64 = 0;
    for (let i = 0; i < DIGEST_BYTES; i += 8) difference |= load<u64>(state + i) ^ load<u64>(sent + i);
    return difference == 0;
  }

  private absorbPad(key: Bytes, pad: u8, target: usize): void {
    memory.fill(block, pad, BLOCK_BYTES);
    for (let i = 0; i < key.length; i++) store<u8>(block + i, key.at(i) ^ pad);
    initialState(target);
    compress(target, block);
  }

  /** Leaves the code of `data` at `state`. */
  private compute(data: Bytes): void {
    const pads = changetype<usize>(this.pads);
    memory.copy(state, pads, DIGEST_BYTES);
    const left = compressBlocks(state, data.ptr, data.length);
    memory.copy(block, data.ptr + <usize>(data.length - left), <usize>left);
    compressEnd(state, block, left, <u64>BLOCK_BYTES + <u64>data.length);
    writeDigest(state, block);
    memory.copy(state, pads + DIGEST_BYTES, DIGEST_BYTES);
    compressEnd(state, block, DIGEST_BYTES, BLOCK_BYTES + DIGEST_BYTES);
    writeDigest(state, state);
  }
}
