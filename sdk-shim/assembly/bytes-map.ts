import { Bytes } from "./bytes";
import { doubledArray, zeroedArray } from "./static-arrays";

const FIRST_ENTRIES: i32 = 4;

/**
 * A hash map with `Bytes` keys that compares what the keys hold.
 *
 * Entries lie densely, at index 0 to size - 1, in the order they came; `delete` moves the last one into the hole.
 * Keys are kept as they are: `copy()` a key that is a small view of something large. Their hash is not keyed: bound a map
 * whose keys a client chooses.
 *
 * @example
 * ```ts
 * const limits = new BytesMap<i32>();
 * limits.set(Bytes.of("free"), 10);
 * limits.set(Bytes.of("paid"), 1000);
 *
 * function limitOf(plan: Bytes): i32 {
 *   return limits.getOr(plan, 1);
 * }
 * ```
 */
@final
export class BytesMap<V> {
  private count: i32 = 0;
  private keys: StaticArray<Bytes | null> = zeroedArray<Bytes | null>(FIRST_ENTRIES);
  private values: StaticArray<V> = zeroedArray<V>(FIRST_ENTRIES);
  /**
   * Open addressing with linear probing. A slot holds the key's hash above and the entry's index + 1 below, 0 when free.
   * There are twice as many as entries have room.
   */
  private slots: StaticArray<u64> = zeroedArray<u64>(FIRST_ENTRIES << 1);

  /** How many entries there are. */
  get size(): i32 {
    return this.count;
  }

  /** The value of `key`, null when there is none. Only for reference types: see `getOr` for numbers. */
  get(key: Bytes): V | null {
    return this.valueAt(this.indexOf(key));
  }

  /** The value of `key`, `fallback` when there is none. */
  getOr(key: Bytes, fallback: V): V {
    return this.valueAtOr(this.indexOf(key), fallback);
  }

  /** Whether there is an entry for `key`. */
  has(key: Bytes): bool {
    return this.indexOf(key) >= 0;
  }

  /** Index of the entry for `key`, -1 when there is none. */
  indexOf(key: Bytes): i32 {
    return entryOf(unchecked(this.slots[this.slotFor(key, key.hash())]));
  }

  /** Stores `value` for `key`, in place of the value that is there. */
  set(key: Bytes, value: V): void {
    const hash = key.hash();
    let slot = this.slotFor(key, hash);
    let entry = entryOf(unchecked(this.slots[slot]));
    if (entry < 0) {
      if (this.count == this.keys.length) {
        this.grow();
        slot = this.slotFor(key, hash);
      }
      entry = this.count++;
      unchecked((this.keys[entry] = key));
      unchecked((this.slots[slot] = slotOf(hash, entry)));
    }
    unchecked((this.values[entry] = value));
  }

  /** Removes the entry for `key`; false when there is none. */
  delete(key: Bytes): bool {
    const slot = this.slotFor(key, key.hash());
    const entry = entryOf(unchecked(this.slots[slot]));
    if (entry < 0) return false;
    this.free(slot);
    const last = --this.count;
    const lastKey = unchecked(this.keys[last]);
    if (entry < last && lastKey) {
      const hash = lastKey.hash();
      unchecked((this.slots[this.slotHolding(slotOf(hash, last))] = slotOf(hash, entry)));
      unchecked((this.keys[entry] = lastKey));
      unchecked((this.values[entry] = this.values[last]));
    }
    // What is gone must not be kept alive.
    unchecked((this.keys[last] = null));
    if (isReference<V>()) store<usize>(changetype<usize>(this.values) + ((<usize>last) << alignof<V>()), 0);
    return true;
  }

  /** Removes all entries. */
  clear(): void {
    this.count = 0;
    this.keys = zeroedArray<Bytes | null>(FIRST_ENTRIES);
    this.values = zeroedArray<V>(FIRST_ENTRIES);
    this.slots = zeroedArray<u64>(FIRST_ENTRIES << 1);
  }

  /** The key of the entry at `index`, empty when the index is out of range. */
  keyAt(index: i32): Bytes {
    const key = <u32>index < <u32>this.count ? unchecked(this.keys[index]) : null;
    return key ? key : Bytes.EMPTY;
  }

  /** The value of the entry at `index`, null when the index is out of range. Only for reference types. */
  valueAt(index: i32): V | null {
    return <u32>index < <u32>this.count ? unchecked(this.values[index]) : null;
  }

  /** The value of the entry at `index`, `fallback` when the index is out of range. */
  valueAtOr(index: i32, fallback: V): V {
    return <u32>index < <u32>this.count ? unchecked(this.values[index]) : fallback;
  }

  /** The slot of the entry for `key`, or the free one where it belongs. */
  private slotFor(key: Bytes, hash: u32): i32 {
    const mask = this.slots.length - 1;
    let slot = (<i32>hash) & mask;
    while (true) {
      const held = unchecked(this.slots[slot]);
      if (held == 0) return slot;
      if (<u32>(held >> 32) == hash) {
        const other = unchecked(this.keys[entryOf(held)]);
        if (other && other.equals(key)) return slot;
      }
      slot = (slot + 1) & mask;
    }
  }

  /** The slot that holds `content`, or the free one where it belongs. */
  private slotHolding(content: u64): i32 {
    const mask = this.slots.length - 1;
    let slot = (<i32>(content >> 32)) & mask;
    while (unchecked(this.slots[slot]) != content && unchecked(this.slots[slot]) != 0)
      slot = (slot + 1) & mask;
    return slot;
  }

  /** Empties a slot and moves up the entries behind it that probing would no longer reach. */
  private free(slot: i32): void {
    const mask = this.slots.length - 1;
    let hole = slot;
    let next = slot;
    while (true) {
      next = (next + 1) & mask;
      const held = unchecked(this.slots[next]);
      if (held == 0) break;
      const home = (<i32>(held >> 32)) & mask;
      if (((next - home) & mask) < ((next - hole) & mask)) continue;
      unchecked((this.slots[hole] = held));
      hole = next;
    }
    unchecked((this.slots[hole] = 0));
  }

  private grow(): void {
    const old = this.slots;
    this.keys = doubledArray(this.keys);
    this.values = doubledArray(this.values);
    this.slots = zeroedArray<u64>(old.length << 1);
    for (let i = 0; i < old.length; i++) {
      const held = unchecked(old[i]);
      if (held != 0) unchecked((this.slots[this.slotHolding(held)] = held));
    }
  }
}

function slotOf(hash: u32, entry: i32): u64 {
  return ((<u64>hash) << 32) | (<u64>(entry + 1));
}

function entryOf(slot: u64): i32 {
  return <i32>slot - 1;
}
