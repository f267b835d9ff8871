import { allocateBuffer, Bytes, BytesBuilder } from "../bytes";
import { sameBytes } from "../ranges";

/** What an entry of the tape is. Kinds from `Object` on are containers. */
export enum Entry {
  Null,
  False,
  True,
  Integer,
  Float,
  String,
  Name,
  Object,
  Array,
}

/** Size of one entry in bytes. */
const SIZE: i32 = 24;
const KIND: usize = 0;
const NEXT: usize = 4;
const NUMBER: usize = 8;
const START: usize = 8;
const LENGTH: usize = 12;
const OFFSET: usize = 16;
const EXTRA: usize = 20;
const UNESCAPED: u32 = 0x100;

/**
 * A parsed document as one flat list of entries in document order, so that reading allocates next to nothing:
 *
 *     u32 kind   u32 next   8 bytes of content            u32 offset      u32 extra
 *                           number: i64 or f64            in the source   number: length of its text
 *                           string, name: start, length
 *                           container: parent, last name                  container: count of its values
 *
 * `next` is the index behind an entry and all it contains; a member's value follows its name.
 */
@final
export class Tape {
  private entries: ArrayBuffer;
  private unescaped: BytesBuilder | null = null;
  /** How many entries there are. */
  count: i32 = 0;

  /** A tape over `source`, with room for `capacity` entries until it grows. */
  constructor(
    readonly source: Bytes,
    capacity: i32,
  ) {
    this.entries = allocateBuffer(capacity * SIZE);
  }

  /** Appends an entry whose source begins at `offset`; returns its index. */
  add(kind: Entry, offset: i32): i32 {
    const index = this.count++;
    const used = index * SIZE;
    if (used + SIZE > this.entries.byteLength) {
      const grown = allocateBuffer((used + SIZE) << 1);
      memory.copy(changetype<usize>(grown), changetype<usize>(this.entries), <usize>used);
      this.entries = grown;
    }
    const at = this.at(index);
    store<u32>(at, <u32>kind, KIND);
    store<i32>(at, index + 1, NEXT);
    store<u64>(at, 0, NUMBER);
    store<i32>(at, offset, OFFSET);
    store<i32>(at, 0, EXTRA);
    return index;
  }

  /** Appends a number that is a 64-bit integer; `length` is that of its source text, 0 when it has none. */
  addInteger(value: i64, offset: i32, length: i32): void {
    const at = this.at(this.add(Entry.Integer, offset));
    store<i64>(at, value, NUMBER);
    store<i32>(at, length, EXTRA);
  }

  /** Appends a finite number; `length` is that of its source text, 0 when it has none. */
  addFloat(value: f64, offset: i32, length: i32): void {
    const at = this.at(this.add(Entry.Float, offset));
    store<f64>(at, value, NUMBER);
    store<i32>(at, length, EXTRA);
  }

  /** Appends a string or name whose bytes are in the source at `start`. */
  addView(kind: Entry, offset: i32, start: i32, length: i32): i32 {
    const index = this.add(kind, offset);
    store<i32>(this.at(index), start, START);
    store<i32>(this.at(index), length, LENGTH);
    return index;
  }

  /** Appends a string or name whose bytes are what was appended to `escapes()` from `start` on. */
  addUnescaped(kind: Entry, offset: i32, start: i32): i32 {
    const index = this.addView(kind, offset, start, this.escapes().length - start);
    store<u32>(this.at(index), (<u32>kind) | UNESCAPED, KIND);
    return index;
  }

  /** Where the strings go that had escapes. */
  escapes(): BytesBuilder {
    let builder = this.unescaped;
    if (!builder) {
      builder = new BytesBuilder();
      this.unescaped = builder;
    }
    return builder;
  }

  /** What the entry at `index` is. */
  kind(index: i32): Entry {
    return load<u8>(this.at(index), KIND);
  }

  /** The index behind the entry at `index` and all it contains. */
  next(index: i32): i32 {
    return load<i32>(this.at(index), NEXT);
  }

  /** Sets `next`; a parser closes a container with the tape's count. */
  setNext(index: i32, next: i32): void {
    store<i32>(this.at(index), next, NEXT);
  }

  /** Offset in the source where the entry begins. */
  offset(index: i32): i32 {
    return load<i32>(this.at(index), OFFSET);
  }

  /** The value of an integer entry. */
  integer(index: i32): i64 {
    return load<i64>(this.at(index), NUMBER);
  }

  /** The value of a float entry. */
  float(index: i32): f64 {
    return load<f64>(this.at(index), NUMBER);
  }

  /** The bytes of a string or name entry. */
  text(index: i32): Bytes {
    const at = this.at(index);
    const length = load<i32>(at, LENGTH);
    if (length == 0) return Bytes.EMPTY;
    const start = load<i32>(at, START);
    if ((load<u32>(at, KIND) & UNESCAPED) != 0)
      return this.escapes()
        .view()
        .slice(start, start + length);
    return this.source.slice(start, start + length);
  }

  /** The entry's source text as far as it was noted (numbers from JSON text), otherwise empty. */
  sourceText(index: i32): Bytes {
    const offset = this.offset(index);
    return this.source.slice(offset, offset + this.extra(index));
  }

  /** Whether the text of a string or name entry is `bytes`. */
  textEquals(index: i32, bytes: Bytes): bool {
    const at = this.at(index);
    return load<i32>(at, LENGTH) == bytes.length && sameBytes(this.textPtr(at), bytes.ptr, bytes.length);
  }

  /** Whether two string or name entries have the same text. */
  sameText(left: i32, right: i32): bool {
    const a = this.at(left);
    const b = this.at(right);
    const length = load<i32>(a, LENGTH);
    return length == load<i32>(b, LENGTH) && sameBytes(this.textPtr(a), this.textPtr(b), length);
  }

  /** Address of the text of a string or name entry; valid until a string with escapes is added. */
  textStart(index: i32): usize {
    return this.textPtr(this.at(index));
  }

  /** Length in bytes of the text of a string or name entry. */
  textLength(index: i32): i32 {
    return load<i32>(this.at(index), LENGTH);
  }

  /** A container's count of values. */
  extra(index: i32): i32 {
    return load<i32>(this.at(index), EXTRA);
  }

  /** Sets a container's count of values. */
  setExtra(index: i32, value: i32): void {
    store<i32>(this.at(index), value, EXTRA);
  }

  /** The container around the container at `index`, -1 for the outermost. */
  parent(index: i32): i32 {
    return load<i32>(this.at(index), START);
  }

  /** Sets the container around the container at `index`. */
  setParent(index: i32, parent: i32): void {
    store<i32>(this.at(index), parent, START);
  }

  /** While an object is read: the name whose value is being read, 0 when none is. */
  pendingName(index: i32): i32 {
    return load<i32>(this.at(index), LENGTH);
  }

  /** Notes the name whose value is being read. */
  setPendingName(index: i32, name: i32): void {
    store<i32>(this.at(index), name, LENGTH);
  }

  private at(index: i32): usize {
    return changetype<usize>(this.entries) + <usize>(index * SIZE);
  }

  private textPtr(at: usize): usize {
    const start = <usize>load<i32>(at, START);
    if ((load<u32>(at, KIND) & UNESCAPED) != 0) return this.escapes().ptr + start;
    return this.source.ptr + start;
  }
}
