import { Bytes } from "./bytes";

const FIRST_SLOTS: i32 = 8;

/**
 * A hash map with `Bytes` keys that compares what the keys hold.
 *
 * Entries lie densely, at index 0 to size - 1, in the order they came; `delete` moves the last one into the hole.
 * Keys are kept as they are: `copy()` a key that is a small view of something large.
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
  private keys: Array<Bytes> = [];
  private values: Array<V> = [];
  private hashes: Array<u32> = [];
  /** Open addressing with linear probing; a slot holds an entry's index + 1, 0 when free. At most half full. */
  private slots: StaticArray<i32> = new StaticArray<i32>(FIRST_SLOTS);

  /** How many entries there are. */
  get size(): i32 {
    return this.keys.length;
  }

  /** The value of `key`, null when there is none. Only for reference types: see `getOr` for numbers. */
  get(key: Bytes): V | null {
    const entry = this.find(key, key.hash());
    return entry < 0 ? null : this.values[entry];
  }

  /** The value of `key`, `fallback` when there is none. */
  getOr(key: Bytes, fallback: V): V {
    const entry = this.find(key, key.hash());
    return entry < 0 ? fallback : this.values[entry];
  }

  /** Whether there is an entry for `key`. */
  has(key: Bytes): bool {
    return this.find(key, key.hash()) >= 0;
  }

  /** Index of the entry for `key`, -1 when there is none. */
  indexOf(key: Bytes): i32 {
    return this.find(key, key.hash());
  }

  /** Stores `value` for `key`, in place of the value that is there. */
  set(key: Bytes, value: V): void {
    const hash = key.hash();
    const entry = this.find(key, hash);
    if (entry >= 0) {
      this.values[entry] = value;
      return;
    }
    this.keys.push(key);
    this.values.push(value);
    this.hashes.push(hash);
    if (this.keys.length << 1 > this.slots.length) this.rebuild(this.slots.length << 1);
    else this.place(this.keys.length - 1);
  }

  /** Removes the entry for `key`; false when there is none. */
  delete(key: Bytes): bool {
    const hash = key.hash();
    const entry = this.find(key, hash);
    if (entry < 0) return false;
    this.free(this.slotOf(entry));
    const lastKey = this.keys.pop();
    const lastValue = this.values.pop();
    const lastHash = this.hashes.pop();
    if (entry < this.keys.length) {
      const slot = this.slotHolding(lastHash, this.keys.length);
      this.keys[entry] = lastKey;
      this.values[entry] = lastValue;
      this.hashes[entry] = lastHash;
      this.slots[slot] = entry + 1;
    }
    return true;
  }

  /** Removes all entries. */
  clear(): void {
    this.keys = [];
    this.values = [];
    this.hashes = [];
    this.slots = new StaticArray<i32>(FIRST_SLOTS);
  }

  /** The key of the entry at `index`, empty when the index is out of range. */
  keyAt(index: i32): Bytes {
    return <u32>index < <u32>this.keys.length ? this.keys[index] : Bytes.EMPTY;
  }

  /** The value of the entry at `index`, null when the index is out of range. Only for reference types. */
  valueAt(index: i32): V | null {
    return <u32>index < <u32>this.values.length ? this.values[index] : null;
  }

  /** The value of the entry at `index`, `fallback` when the index is out of range. */
  valueAtOr(index: i32, fallback: V): V {
    return <u32>index < <u32>this.values.length ? this.values[index] : fallback;
  }

  private find(key: Bytes, hash: u32): i32 {
    const mask = this.slots.length - 1;
    let slot = (<i32>hash) & mask;
    let entry = this.slots[slot] - 1;
    while (entry >= 0) {
      if (this.hashes[entry] == hash && this.keys[entry].equals(key)) return entry;
      slot = (slot + 1) & mask;
      entry = this.slots[slot] - 1;
    }
    return -1;
  }

  private slotOf(entry: i32): i32 {
    return this.slotHolding(this.hashes[entry], entry);
  }

  private slotHolding(hash: u32, entry: i32): i32 {
    const mask = this.slots.length - 1;
    let slot = (<i32>hash) & mask;
    while (this.slots[slot] != entry + 1) slot = (slot + 1) & mask;
    return slot;
  }

  private place(entry: i32): void {
    const mask = this.slots.length - 1;
    let slot = (<i32>this.hashes[entry]) & mask;
    while (this.slots[slot] != 0) slot = (slot + 1) & mask;
    this.slots[slot] = entry + 1;
  }

  /** Empties a slot and moves up the entries behind it that probing would no longer reach. */
  private free(slot: i32): void {
    const mask = this.slots.length - 1;
    let hole = slot;
    let next = (hole + 1) & mask;
    while (this.slots[next] != 0) {
      const home = (<i32>this.hashes[this.slots[next] - 1]) & mask;
      if (((next - home) & mask) >= ((next - hole) & mask)) {
        this.slots[hole] = this.slots[next];
        hole = next;
      }
      next = (next + 1) & mask;
    }
    this.slots[hole] = 0;
  }

  private rebuild(size: i32): void {
    this.slots = new StaticArray<i32>(size);
    for (let entry = 0; entry < this.keys.length; entry++) this.place(entry);
  }
}
