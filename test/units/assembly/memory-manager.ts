// The memory manager as the runtime calls it. The test puts it in its place.

// @ts-ignore: a runtime file
import { tryAllocate } from "rt/tlsf";

export function allocate(size: usize): usize {
  return __alloc(size);
}

export function allocateOrZero(size: usize): usize {
  return tryAllocate(size);
}

export function reallocate(address: usize, size: usize): usize {
  return __realloc(address, size);
}

export function release(address: usize): void {
  __free(address);
}
