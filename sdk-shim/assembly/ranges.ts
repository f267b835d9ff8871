// Ranges of memory, most of them short. The instructions for whole ranges are calls out of the module, which pays off
// for long ones only.

const LONG: usize = 64;

/** Whether the `length` bytes at `left` and at `right` are the same. */
export function sameBytes(left: usize, right: usize, length: usize): bool {
  let at: usize = 0;
  for (; at + 8 <= length; at += 8) if (load<u64>(left + at) != load<u64>(right + at)) return false;
  for (; at < length; at++) if (load<u8>(left + at) != load<u8>(right + at)) return false;
  return true;
}

/** Copies `length` bytes to a range that does not overlap. */
export function copyBytes(target: usize, source: usize, length: usize): void {
  if (length >= LONG) return memory.copy(target, source, length);
  let at: usize = 0;
  for (; at + 8 <= length; at += 8) store<u64>(target + at, load<u64>(source + at));
  for (; at < length; at++) store<u8>(target + at, load<u8>(source + at));
}
