// What the host returns, and the memory it returns it in.

import { Bytes } from "../bytes";

/** The most the host may place here at once, in bytes; a larger block is refused, not trapped on. */
export const MAX_BLOCK_SIZE: usize = 128 << 20;

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
 * with InvalidMemoryAccess) for a block that is larger than any filter should ever see. When memory is exhausted this
 * traps: a filter would take a header that there was no room for as absent, and let pass what it should not.
 */
export function proxy_on_memory_allocate(size: usize): usize {
  return size <= MAX_BLOCK_SIZE ? __new(size, idof<ArrayBuffer>()) : 0;
}
