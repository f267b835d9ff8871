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

/** So that `timeoutMs`, `timeout-ms` and `timeout_ms` are the same. */
function simplify(name: string): string {
  return name.substring(0, 64).toLowerCase().replaceAll("_", "").replaceAll("-", "");
}

/** How many characters have to be inserted, deleted, replaced or swapped with their neighbour. */
function editDistance(left: string, right: string): i32 {
  const width = right.length + 1;
  let beforeLast = new StaticArray<i32>(width);
  let last = new StaticArray<i32>(width);
  let row = new StaticArray<i32>(width);
  for (let j = 0; j < width; j++) last[j] = j;
  for (let i = 1; i <= left.length; i++) {
    const letter = left.charCodeAt(i - 1);
    row[0] = i;
    for (let j = 1; j < width; j++) {
      const other = right.charCodeAt(j - 1);
      let cost = last[j - 1] + <i32>(letter != other);
      cost = min(cost, min(last[j], row[j - 1]) + 1);
      if (i > 1 && j > 1 && letter == right.charCodeAt(j - 2) && left.charCodeAt(i - 2) == other) {
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
