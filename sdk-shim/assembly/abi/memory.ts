// What the host returns, and the memory it returns it in.

import { Bytes } from "../bytes";
// @ts-ignore: a runtime file, in whose place the transform puts the SDK's memory manager.
import { tryAllocate } from "rt/tlsf";

/** The most the host may place here at once, in bytes; a larger block is refused, not trapped on. */
export const MAX_BLOCK_SIZE: usize = 128 << 20;
/** From which size on room is asked for, in bytes. */
const LARGE_BLOCK_SIZE: usize = 4096;
/** What the collector keeps with each object, in bytes. */
const OBJECT_HEADER_SIZE: usize = 16;

const slots: usize = memory.data(24, 8);

/** Where the host writes the address of what it returns. */
export const addressOut: usize = slots;
/** Where the host writes the size of what it returns. */
export const sizeOut: usize = slots + 4;
/** Where the host writes a number (32 or 64 bits). */
export const numberOut: usize = slots + 8;
/** Where the host writes the compare-and-swap number of shared data. */
export const casOut: usize = slots + 16;

/**
 * Takes what the last host function returned: an object of ours already, so nothing is copied.
 * Call it only after Ok; Ok without an address is the empty value.
 */
export function takeReturned(): Bytes {
  const address = load<usize>(addressOut);
  if (address == 0) return Bytes.EMPTY;
  return new Bytes(changetype<ArrayBuffer>(address), 0, load<i32>(sizeOut));
}

/**
 * Called by the host to place data in this module's memory. The block is a managed buffer, so that a
 * view of it keeps it alive and the collector takes it back. Returns 0 (the host then fails its call
 * with InvalidMemoryAccess) for a block that is larger than any filter should ever see, and when memory has no room
 * for a large one: without a small one nothing could go on.
 */
export function proxy_on_memory_allocate(size: usize): usize {
  if (size >= LARGE_BLOCK_SIZE && !hasRoom(size)) return 0;
  return __new(size, idof<ArrayBuffer>());
}

function hasRoom(size: usize): bool {
  if (size > MAX_BLOCK_SIZE) return false;
  const room = tryAllocate(size + OBJECT_HEADER_SIZE);
  if (room == 0) return false;
  __free(room);
  return true;
}
