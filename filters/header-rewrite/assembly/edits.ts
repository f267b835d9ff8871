import { Bytes, BytesBuilder, BytesMap, Pairs } from "proxy-wasm-as-sdk";

const COMMA = Bytes.of(", ");
const SEMICOLON = Bytes.of("; ");
const COOKIE = Bytes.of("cookie");

/** What rules have done to one header. */
@final
export class HeaderChange {
  /** Whether the values that the header had stay, in front of `added`. */
  keeps: bool = true;
  /** Whether the message is known to have brought the header; false says nothing. */
  isBrought: bool = false;
  /** The values it has got, in order. */
  added: Array<Bytes> = new Array<Bytes>();

  constructor(readonly name: Bytes) {}

  /** Takes all values away. */
  clear(): void {
    this.keeps = false;
    if (this.added.length > 0) this.added = new Array<Bytes>();
  }
}

/** A header map with changes that are not written yet: each rule sees what the ones before it did. */
@final
export class HeaderEdits {
  /** One entry per header that rules touched, in the order of the first touch. */
  readonly changes: Array<HeaderChange> = new Array<HeaderChange>();
  /** The same by name: senders choose how many headers a prefix or suffix covers. */
  private readonly byName: BytesMap<HeaderChange> = new BytesMap<HeaderChange>();

  /** `before` is the map as the message brought it; null when nobody looks at it, which saves reading it. */
  constructor(private readonly before: Pairs | null) {}

  /** Every value of `name` in order. */
  values(name: Bytes): Array<Bytes> {
    const values = new Array<Bytes>();
    const change = this.find(name);
    const before = this.before;
    if (before && (!change || change.keeps)) {
      for (let i = before.indexOf(name); i >= 0; i = before.indexOf(name, i + 1))
        values.push(before.value(i));
    }
    if (change) for (let i = 0; i < change.added.length; i++) values.push(change.added[i]);
    return values;
  }

  /** The values of `name` as one (RFC 9110 section 5.3, for cookies RFC 9113 section 8.2.3); null when there is none. */
  combined(name: Bytes): Bytes | null {
    const values = this.values(name);
    if (values.length == 0) return null;
    if (values.length == 1) return values[0];
    const separator = name.equals(COOKIE) ? SEMICOLON : COMMA;
    const text = new BytesBuilder(128);
    for (let i = 0; i < values.length; i++) {
      if (i > 0) text.append(separator);
      text.append(values[i]);
    }
    return text.take();
  }

  /** Whether there is a value of `name`, be it empty. */
  has(name: Bytes): bool {
    const change = this.find(name);
    if (change && change.added.length > 0) return true;
    const before = this.before;
    return (!change || change.keeps) && before !== null && before.indexOf(name) >= 0;
  }

  /** Puts `value` in place of all values of `name`. */
  set(name: Bytes, value: Bytes): void {
    const change = this.change(name);
    change.clear();
    change.added.push(value);
  }

  /** Adds `value` behind those that `name` has. */
  append(name: Bytes, value: Bytes): void {
    this.change(name).added.push(value);
  }

  /** Takes all values of `name` away. */
  remove(name: Bytes): void {
    this.change(name).clear();
  }

  /** Takes all values of `name` away, which the message has brought. */
  removeBrought(name: Bytes): void {
    const change = this.change(name);
    change.isBrought = true;
    change.clear();
  }

  /** Names of the map as the message brought it, one per entry: a repeated header repeats. */
  get length(): i32 {
    const before = this.before;
    return before ? before.length : 0;
  }

  /** Name of entry `index` of the map as the message brought it; empty beyond the end. */
  nameAt(index: i32): Bytes {
    const before = this.before;
    return before ? before.name(index) : Bytes.EMPTY;
  }

  /** Whether writing `change` would leave the map as the message brought it. */
  isVoid(change: HeaderChange): bool {
    const before = this.before;
    if (change.keeps) return change.added.length == 0;
    // The shortcut spares a search through the map for every header that is only removed.
    if (!before || (change.isBrought && change.added.length == 0)) return false;
    let matched = 0;
    for (let i = before.indexOf(change.name); i >= 0; i = before.indexOf(change.name, i + 1)) {
      if (matched == change.added.length || !change.added[matched].equals(before.value(i))) return false;
      matched++;
    }
    return matched == change.added.length;
  }

  private find(name: Bytes): HeaderChange | null {
    return this.byName.get(name);
  }

  private change(name: Bytes): HeaderChange {
    const found = this.find(name);
    if (found) return found;
    const change = new HeaderChange(name);
    this.changes.push(change);
    this.byName.set(name, change);
    return change;
  }
}
