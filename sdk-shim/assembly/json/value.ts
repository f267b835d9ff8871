import { Bytes } from "../bytes";
import { Entry, Tape } from "./tape";

/**
 * What a JSON value is.
 *
 * @example
 * ```ts
 * function textOf(value: JsonValue): Bytes {
 *   return value.kind == JsonKind.String ? value.text : Bytes.EMPTY;
 * }
 * ```
 */
export enum JsonKind {
  /** `null` */
  Null,
  /** `true` or `false` */
  Bool,
  /** A number, within or without 64 bits. */
  Number,
  /** A string. */
  String,
  /** A list of values. */
  Array,
  /** Members: names, each with a value. */
  Object,
}

const SAFE_INTEGER: f64 = 9007199254740991;

/**
 * A value of a parsed document: a small handle that keeps the whole document alive.
 *
 * Asking for what it is not never traps: the getters then return false, 0 or nothing.
 *
 * @example
 * ```ts
 * const ITEMS = Bytes.of("items");
 * const PRICE = Bytes.of("price");
 *
 * // The sum of `{"items": [{"price": 3}, ...]}`.
 * function totalOf(order: JsonValue): i64 {
 *   let total: i64 = 0;
 *   const items = order.get(ITEMS);
 *   if (!items) return total;
 *   for (let i = 0; i < items.length; i++) {
 *     const item = items.at(i);
 *     const price = item ? item.get(PRICE) : null;
 *     if (price && price.isInteger) total += price.integer;
 *   }
 *   return total;
 * }
 * ```
 */
@final
export class JsonValue {
  // The last child that was asked for, so that going through by index takes linear time.
  private seenIndex: i32 = 0;
  private seenEntry: i32 = 0;

  /** The value at `entry` of `tape`. Made by the parsers. @internal */
  constructor(
    private tape: Tape,
    private entry: i32,
  ) {}

  /** What this is. */
  get kind(): JsonKind {
    const kind = this.tape.kind(this.entry);
    if (kind == Entry.String || kind == Entry.Name) return JsonKind.String;
    if (kind == Entry.Object) return JsonKind.Object;
    if (kind == Entry.Array) return JsonKind.Array;
    if (kind == Entry.Null) return JsonKind.Null;
    return kind == Entry.False || kind == Entry.True ? JsonKind.Bool : JsonKind.Number;
  }

  /** Whether this is `true`. */
  get bool(): bool {
    return this.tape.kind(this.entry) == Entry.True;
  }

  /** The number, correctly rounded; 0 when this is none. */
  get number(): f64 {
    const kind = this.tape.kind(this.entry);
    if (kind == Entry.Integer) return <f64>this.tape.integer(this.entry);
    return kind == Entry.Float ? this.tape.float(this.entry) : 0;
  }

  /**
   * Whether this is a number whose exact value `integer` returns: written without fraction and exponent within 64
   * bits, or another number without fraction (`1.0`, `1e3`) up to 2^53 - 1.
   */
  get isInteger(): bool {
    const kind = this.tape.kind(this.entry);
    if (kind == Entry.Integer) return true;
    if (kind != Entry.Float) return false;
    const number = this.tape.float(this.entry);
    return abs(number) <= SAFE_INTEGER && trunc(number) == number;
  }

  /** The number as an integer, exact when `isInteger`; otherwise cut off and clamped, 0 when this is no number. */
  get integer(): i64 {
    const kind = this.tape.kind(this.entry);
    if (kind == Entry.Integer) return this.tape.integer(this.entry);
    return kind == Entry.Float ? <i64>this.tape.float(this.entry) : 0;
  }

  /** The string without its escapes: a view, valid UTF-8; empty when this is no string. `copy()` what you keep. */
  get text(): Bytes {
    return this.kind == JsonKind.String ? this.tape.text(this.entry) : Bytes.EMPTY;
  }

  /** A number as it is written in the source; empty for other kinds and for numbers of a binary source. */
  get numberText(): Bytes {
    return this.kind == JsonKind.Number ? this.tape.sourceText(this.entry) : Bytes.EMPTY;
  }

  /** Offset in bytes from the start of the source to this value. */
  get offset(): i32 {
    return this.tape.offset(this.entry);
  }

  /** How many elements or members this has; 0 when it is neither array nor object. */
  get length(): i32 {
    return this.tape.kind(this.entry) >= Entry.Object ? this.tape.extra(this.entry) : 0;
  }

  /** The element, or the member's value, at `index` in document order; null when out of range. */
  at(index: i32): JsonValue | null {
    const child = this.child(index);
    if (child < 0) return null;
    return new JsonValue(this.tape, this.tape.kind(this.entry) == Entry.Object ? child + 1 : child);
  }

  /** The name of the member at `index`, a view; empty when out of range or when this is no object. */
  keyAt(index: i32): Bytes {
    if (this.tape.kind(this.entry) != Entry.Object) return Bytes.EMPTY;
    const child = this.child(index);
    return child < 0 ? Bytes.EMPTY : this.tape.text(child);
  }

  /** The value of the member `key`, null when there is none. Looks through the members one by one. */
  get(key: Bytes): JsonValue | null {
    const tape = this.tape;
    if (tape.kind(this.entry) != Entry.Object) return null;
    const end = tape.next(this.entry);
    let name = this.entry + 1;
    while (name < end) {
      if (tape.textEquals(name, key)) return new JsonValue(tape, name + 1);
      name = tape.next(name + 1);
    }
    return null;
  }

  /** The tape's entry of the child at `index` (a member's name), -1 when there is none. */
  private child(index: i32): i32 {
    if (<u32>index >= <u32>this.length) return -1;
    const tape = this.tape;
    const named = <i32>(tape.kind(this.entry) == Entry.Object);
    let seen = this.seenIndex;
    let entry = this.seenEntry;
    if (entry == 0 || seen > index) {
      seen = 0;
      entry = this.entry + 1;
    }
    for (; seen < index; seen++) entry = tape.next(entry + named);
    this.seenIndex = seen;
    this.seenEntry = entry;
    return entry;
  }
}
