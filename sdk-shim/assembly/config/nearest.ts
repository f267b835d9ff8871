import { Bytes, BytesBuilder } from "../bytes";

/** The name in `known` that `name` was most likely meant to be, null when none is near. */
export function nearestName(name: string, known: Array<string>): string | null {
  const plain = simplify(name);
  let best: string | null = null;
  // One slip in three letters, and one in short names.
  let bestDistance = max(1, plain.length / 3) + 1;
  for (let i = 0; i < known.length; i++) {
    const distance = editDistance(plain, simplify(known[i]));
    if (distance < bestDistance) {
      best = known[i];
      bestDistance = distance;
    }
  }
  return best;
}

/** So that `timeoutMs`, `timeout-ms` and `timeout_ms` are the same. In ASCII: the compiler's tables are large. */
function simplify(name: string): Bytes {
  const bytes = Bytes.of(name.substring(0, 64)).toLowerCase();
  const builder = new BytesBuilder(bytes.length);
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes.at(i);
    if (byte != 0x5f && byte != 0x2d) builder.appendByte(byte);
  }
  return builder.take();
}

/** How many bytes have to be inserted, deleted, replaced or swapped with their neighbour. */
function editDistance(left: Bytes, right: Bytes): i32 {
  const width = right.length + 1;
  let beforeLast = new StaticArray<i32>(width);
  let last = new StaticArray<i32>(width);
  let row = new StaticArray<i32>(width);
  for (let j = 0; j < width; j++) last[j] = j;
  for (let i = 1; i <= left.length; i++) {
    const letter = left.at(i - 1);
    row[0] = i;
    for (let j = 1; j < width; j++) {
      const other = right.at(j - 1);
      let cost = last[j - 1] + <i32>(letter != other);
      cost = min(cost, min(last[j], row[j - 1]) + 1);
      if (i > 1 && j > 1 && letter == right.at(j - 2) && left.at(i - 2) == other) {
        cost = min(cost, beforeLast[j - 2] + 1);
      }
      row[j] = cost;
    }
    const free = beforeLast;
    beforeLast = last;
    last = row;
    row = free;
  }
  return last[width - 1];
}
