// Collects garbage between callbacks, when no object is referenced from the stack any more.

// @ts-ignore: the SDK's heap, which the transform puts in the place of the runtime.
import { total as allocatedBytes } from "rt/tcms";
import { exit } from "./nesting";

/** Garbage that may pile up before a collection, in bytes: a collection costs about as much as the live heap. */
const MIN_GARBAGE: usize = 20 << 10;

let threshold: usize = MIN_GARBAGE;

/** Ends a callback, and collects if it was the outermost and enough garbage has piled up. */
export function leave(): void {
  if (exit() && allocatedBytes > threshold) collect();
}

function collect(): void {
  __collect();
  threshold = allocatedBytes + max(allocatedBytes >> 1, MIN_GARBAGE);
}
