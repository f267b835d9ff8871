import { quickHash } from "../hash/quick";
import { Tape } from "./tape";

const FEW: i32 = 8;

/** The first name entry in the closed object at `object` whose text an earlier name has, -1 when all differ. */
export function findDuplicateName(tape: Tape, object: i32): i32 {
  const count = tape.extra(object);
  if (count < 2) return -1;
  return count <= FEW ? compareAll(tape, object) : compareHashed(tape, object, count);
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

function compareHashed(tape: Tape, object: i32, count: i32): i32 {
  const mask = (1 << (33 - clz(count))) - 1;
  const table = new StaticArray<i32>(mask + 1);
  const end = tape.next(object);
  for (let name = object + 1; name < end; name = tape.next(name + 1)) {
    let slot = (<i32>quickHash(tape.textStart(name), tape.textLength(name))) & mask;
    while (table[slot] != 0) {
      if (tape.sameText(table[slot], name)) return name;
      slot = (slot + 1) & mask;
    }
    table[slot] = name;
  }
  return -1;
}
