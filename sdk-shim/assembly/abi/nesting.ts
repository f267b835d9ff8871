// How deep callbacks are nested: a host call can begin another callback before it returns.

let depth: i32 = 0;

/** Begins a callback. */
export function enter(): void {
  depth++;
}

/** Ends a callback; true when it was the outermost. */
export function exit(): bool {
  return --depth == 0;
}

/** Whether the running callback began inside another, by a host call of it. */
export function isNested(): bool {
  return depth > 1;
}
