// Collects garbage between callbacks, when no object is referenced from the stack any more.

// @ts-ignore: the SDK's heap, which the transform puts in the place of the runtime.
import { total as allocatedBytes } from "rt/tcms";
import { exit } from "./nesting";

// How much garbage may pile up before a collection, in bytes. A collection costs about as much as the live heap is
// large: a small heap may double, a large one grow by a quarter.
const MIN_GARBAGE: usize = 20 << 10;
const MAX_OF_SMALL_HEAP: usize = 256 << 10;

let threshold: usize = MIN_GARBAGE;

/** Ends a callback, and collects if it was the outermost and enough garbage has piled up. */
export function leave(): void {
  if (exit() && allocatedBytes > threshold) collect();
}

function collect(): void {
  __collect();
  const live = allocatedBytes;
  threshold = live + max(max(live >> 2, MIN_GARBAGE), min(live, MAX_OF_SMALL_HEAP));
}
