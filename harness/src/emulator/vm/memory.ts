import { HostCrashError } from "../errors.ts";
import type { WasmMemory } from "./webassembly.ts";

const EMPTY = Buffer.alloc(0);

/** The linear memory of a guest. Every access is checked; pointers come as signed i32 from WebAssembly. */
export class GuestMemory {
  #memory: WasmMemory | undefined;
  #bytes: Buffer = EMPTY;

  /** Takes the memory that the instance exports or imports. */
  attach(memory: WasmMemory): void {
    this.#memory = memory;
  }

  /** Bytes of linear memory now. */
  get size(): number {
    return this.#memory?.buffer.byteLength ?? 0;
  }

  /**
   * Whether `length` bytes at `pointer` lie in memory.
   * @throws HostCrashError if the module has none: Envoy 1.40 follows the pointer
   */
  has(pointer: number, length: number): boolean {
    const end = (pointer >>> 0) + (length >>> 0);
    if (end <= this.#bytes.length) return true;
    // The view is stale after memory.grow, which detaches its buffer.
    if (!this.#memory)
      throw new HostCrashError("a host function is given an address by a module without memory");
    const { buffer } = this.#memory;
    if (buffer === this.#bytes.buffer) return false;
    this.#bytes = Buffer.from(buffer);
    return end <= this.#bytes.length;
  }

  /** A view of the bytes, valid until the guest runs; undefined if out of bounds. */
  view(pointer: number, length: number): Buffer | undefined {
    if (!this.has(pointer, length)) return undefined;
    return this.#bytes.subarray(pointer >>> 0, (pointer >>> 0) + (length >>> 0));
  }

  /** A copy of the bytes; undefined if out of bounds. */
  copy(pointer: number, length: number): Uint8Array | undefined {
    const view = this.view(pointer, length);
    return view && Uint8Array.prototype.slice.call(view);
  }

  /** The bytes as a byte string; undefined if out of bounds. */
  text(pointer: number, length: number): string | undefined {
    if (!this.has(pointer, length)) return undefined;
    return this.#bytes.toString("latin1", pointer >>> 0, (pointer >>> 0) + (length >>> 0));
  }

  /** Writes a little-endian u32. @returns false if out of bounds */
  setU32(pointer: number, value: number): boolean {
    if (!this.has(pointer, 4)) return false;
    const bytes = this.#bytes;
    const at = pointer >>> 0;
    bytes[at] = value;
    bytes[at + 1] = value >>> 8;
    bytes[at + 2] = value >>> 16;
    bytes[at + 3] = value >>> 24;
    return true;
  }

  /** Reads a little-endian u32; undefined if out of bounds. */
  getU32(pointer: number): number | undefined {
    return this.has(pointer, 4) ? this.#bytes.readUInt32LE(pointer >>> 0) : undefined;
  }

  /** Writes a little-endian u64. @returns false if out of bounds */
  setU64(pointer: number, value: bigint): boolean {
    if (!this.has(pointer, 8)) return false;
    this.#bytes.writeBigUInt64LE(BigInt.asUintN(64, value), pointer >>> 0);
    return true;
  }

  /** Writes a byte string. The caller has checked the bounds. */
  setText(pointer: number, text: string): void {
    this.#bytes.write(text, pointer >>> 0, "latin1");
  }

  /** Writes bytes. The caller has checked the bounds. */
  setBytes(pointer: number, bytes: Uint8Array): void {
    this.#bytes.set(bytes, pointer >>> 0);
  }
}
