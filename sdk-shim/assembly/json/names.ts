import { Tape } from "./tape";

const FEW: i32 = 8;

/** The first name entry in the closed object at `object` whose text an earlier name has, -1 when all differ. */
export function findDuplicateName(tape: Tape, object: i32): i32 {
  const count = tape.extra(object);
  if (count < 2) return -1;
  return count <= FEW ? compareAll(tape, object) : compareSorted(tape, object, count);
}

function compareAll(tape: Tape, object: i32): i32 {
  const end = tape.next(object);
  let name = tape.next(object + 2);
  while (name < end) {
    for (let earlier = object + 1; earlier < name; earlier = tape.next(earlier + 1)) {
      if (tape.sameText(earlier, name)) return name;
    }
    name = tape.next(name + 1);
  }
  return -1;
}

/** Sorts, and does not hash: a client can choose names that have the same hash, and each would be compared with all. */
function compareSorted(tape: Tape, object: i32, count: i32): i32 {
  let names = new StaticArray<i32>(count);
  let sorted = new StaticArray<i32>(count);
  let name = object + 1;
  for (let i = 0; i < count; i++) {
    names[i] = name;
    name = tape.next(name + 1);
  }
  for (let width = 1; width < count; width <<= 1) {
    for (let from = 0; from < count; from += width << 1) merge(tape, names, sorted, from, width);
    const other = names;
    names = sorted;
    sorted = other;
  }
  // Names with the same text are in the order of the document.
  let duplicate = i32.MAX_VALUE;
  for (let i = 1; i < count; i++) {
    if (tape.sameText(names[i - 1], names[i])) duplicate = min(duplicate, names[i]);
  }
  return duplicate == i32.MAX_VALUE ? -1 : duplicate;
}

/** Merges two sorted runs of up to `width` names, the first of which begins at `from`. */
function merge(tape: Tape, names: StaticArray<i32>, sorted: StaticArray<i32>, from: i32, width: i32): void {
  const middle = min(from + width, names.length);
  const end = min(middle + width, names.length);
  let left = from;
  let right = middle;
  for (let i = from; i < end; i++) {
    const isLeft = right == end || (left < middle && compareTexts(tape, names[left], names[right]) <= 0);
    sorted[i] = isLeft ? names[left++] : names[right++];
  }
}

/** Any order that tells texts apart: the shorter one first. */
function compareTexts(tape: Tape, left: i32, right: i32): i32 {
  const length = tape.textLength(left);
  const difference = length - tape.textLength(right);
  return difference != 0 ? difference : memory.compare(tape.textStart(left), tape.textStart(right), length);
}
