// Where the host gets memory for what it returns. Apart from `memory.ts`, since modules without the SDK's memory manager
// (tests of pure parts) cannot compile it.

// @ts-ignore: a runtime file, in whose place the transform puts the SDK's memory manager.
import { tryAllocate } from "rt/tlsf";
import { MAX_BLOCK_SIZE } from "./memory";

/** From which size on room is asked for, in bytes. */
const LARGE_BLOCK_SIZE: usize = 4096;
/** What the collector keeps with each object, in bytes. */
const OBJECT_HEADER_SIZE: usize = 16;

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
