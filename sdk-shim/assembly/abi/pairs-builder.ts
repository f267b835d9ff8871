// Header lists being written, see pairs.ts for their encoding.

import { allocateBuffer, Bytes } from "../bytes";
import { copyBytes } from "../ranges";

/** The most pairs and bytes that Envoy decodes; beyond either it silently reads an empty list. */
const MAX_PAIRS: u32 = 1024;
const MAX_SIZE: u64 = 1 << 20;


@final
class Pair {
  next: Pair | null = null;

  constructor(
    readonly name: Bytes,
    readonly value: Bytes,
  ) {}
}

/** Puts a header list together; names and values are not looked at. */
@final
export class PairsBuilder {
  private first: Pair | null = null;
  private last: Pair | null = null;
  private count: u32 = 0;
  /** Bytes of the encoded list. */
  private size: u64 = 4;

  /** Appends a pair. */
  add(name: Bytes, value: Bytes): void {
    const pair = new Pair(name, value);
    const last = this.last;
    if (last) last.next = pair;
    else this.first = pair;
    this.last = pair;
    this.count++;
    this.size += 10 + <u64>name.length + <u64>value.length;
  }

  /** Whether there is a pair called `name`, to the letter. */
  has(name: Bytes): bool {
    let pair = this.first;
    while (pair && !pair.name.equals(name)) pair = pair.next;
    return pair !== null;
  }

  /** The list for the host, empty without pairs; null when it is longer than the host reads (1024 pairs, 1 MiB). */
  encode(): Bytes | null {
    if (this.count == 0) return Bytes.EMPTY;
    if (this.count > MAX_PAIRS || this.size > MAX_SIZE) return null;
    const buffer = allocateBuffer(<u32>this.size);
    let sizes = changetype<usize>(buffer);
    let text = sizes + 4 + ((<usize>this.count) << 3);
    store<u32>(sizes, this.count);
    let pair = this.first;
    while (pair) {
      text = append(text, pair.name);
      text = append(text, pair.value);
      store<u32>(sizes, pair.name.length, 4);
      store<u32>(sizes, pair.value.length, 8);
      sizes += 8;
      pair = pair.next;
    }
    return Bytes.fromBuffer(buffer);
  }
}

function append(at: usize, part: Bytes): usize {
  copyBytes(at, part.ptr, part.length);
  const end = at + <usize>part.length;
  store<u8>(end, 0);
  return end + 1;
}
