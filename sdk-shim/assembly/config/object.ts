import { Bytes } from "../bytes";
import { decimalText } from "../bytes-builder";
import { escapePointer } from "../json/result";
import { JsonKind, JsonValue } from "../json/value";
import { ConfigErrors } from "./error";
import { ConfigList, MAX_ITEMS, MAX_LENGTH } from "./list";
import { nearestName } from "./nearest";
import { ConfigSlot } from "./slot";

/**
 * An object of the configuration, read member by member.
 *
 * A getter whose member is absent returns its default. A getter whose member is wrong (also null) records an error
 * and returns its default, so that reading goes on and all errors are found at once. Each getter makes its key a
 * known one: `finish` on the outermost object reports the others.
 *
 * @example
 * ```ts
 * class TimeoutPlugin extends Plugin {
 *   cluster: Bytes = Bytes.EMPTY;
 *   timeoutMilliseconds: u32 = 0;
 *
 *   configure(config: Bytes): bool {
 *     const reader = ConfigReader.parse(config);
 *     const root: ConfigObject = reader.root;
 *     this.cluster = root.requiredString("cluster");
 *     // From 1 ms to 60 s, in nanoseconds; 500 ms when it is not there.
 *     this.timeoutMilliseconds = <u32>(root.duration("timeout", 500000000, 1000000, 60000000000) / 1000000);
 *     root.finish(); // reports keys that nothing has asked for
 *     return this.accept(reader);
 *   }
 * }
 * ```
 */
@final
export class ConfigObject {
  private known: Array<string> = [];
  private secrets: Array<string> = [];
  private objects: Array<ConfigObject> = [];
  private lists: Array<ConfigList> = [];

  /** @internal Made by the reader. Without `value` there was an error: all is absent, and nothing more is reported. */
  constructor(
    private errors: ConfigErrors,
    /** JSON Pointer of this object. */
    readonly pointer: string,
    private value: JsonValue | null,
  ) {}

  /** How many members there are, known or not. */
  get length(): i32 {
    const value = this.value;
    return value ? value.length : 0;
  }

  /** The name of the member at `index`, for objects whose names are free; empty when out of range. */
  keyAt(index: i32): string {
    const value = this.value;
    return value ? value.keyAt(index).toString() : "";
  }

  /** Whether there is a member `key`, whatever its value. */
  has(key: string): bool {
    return this.find(key) !== null;
  }

  /** A string of at most `maxLength` bytes. */
  string(key: string, fallback: string, maxLength: i32 = MAX_LENGTH): Bytes {
    const text = this.optionalString(key, maxLength);
    return text ? text : Bytes.of(fallback);
  }

  /** A string that must be there and not be empty, of at most `maxLength` bytes; empty on an error. */
  requiredString(key: string, maxLength: i32 = MAX_LENGTH): Bytes {
    const slot = this.slot(key);
    const text = this.value ? slot.string(1, maxLength) : null;
    return text ? text : Bytes.EMPTY;
  }

  /** A string of at most `maxLength` bytes; null when absent or wrong. */
  optionalString(key: string, maxLength: i32 = MAX_LENGTH): Bytes | null {
    const slot = this.slot(key);
    return slot.value ? slot.string(0, maxLength) : null;
  }

  /** A string, not empty, of at most `maxLength` bytes, that no error shows; null when absent or wrong. */
  secret(key: string, maxLength: i32 = MAX_LENGTH): Bytes | null {
    this.secrets.push(key);
    const slot = this.slot(key);
    return slot.value ? slot.string(1, maxLength) : null;
  }

  /** `true` or `false`. */
  bool(key: string, fallback: bool): bool {
    const slot = this.slot(key);
    return slot.value ? slot.bool(fallback) : fallback;
  }

  /** An integer from `least` to `most`. */
  integer(key: string, fallback: i64, least: i64 = i64.MIN_VALUE, most: i64 = i64.MAX_VALUE): i64 {
    const slot = this.slot(key);
    return slot.value ? slot.integer(fallback, least, most) : fallback;
  }

  /** An integer from `least` to `most` that must be there; `least` on an error. */
  requiredInteger(key: string, least: i64, most: i64): i64 {
    const slot = this.slot(key);
    return this.value ? slot.integer(least, least, most) : least;
  }

  /** A number from `least` to `most`. */
  number(key: string, fallback: f64, least: f64 = -Infinity, most: f64 = Infinity): f64 {
    const slot = this.slot(key);
    return slot.value ? slot.number(fallback, least, most) : fallback;
  }

  /** A duration such as `"1.5s"` or `"1h30m"` from `least` to `most`; all in nanoseconds. */
  duration(key: string, fallback: i64, least: i64 = 0, most: i64 = i64.MAX_VALUE): i64 {
    const slot = this.slot(key);
    return slot.value ? slot.duration(fallback, least, most) : fallback;
  }

  /** A percentage, a number or `"12.5%"` with at most two decimals; in hundredths of a percent, 0 to 10000. */
  percent(key: string, fallback: i32): i32 {
    const slot = this.slot(key);
    return slot.value ? slot.percent(fallback) : fallback;
  }

  /** One of `names`, as its index; `fallback` is one, too. */
  choice(key: string, names: StaticArray<string>, fallback: i32): i32 {
    const slot = this.slot(key);
    return slot.value ? slot.choice(names, fallback) : fallback;
  }

  /** An object; null when absent or wrong. The same key gives the same object. */
  object(key: string): ConfigObject | null {
    const slot = this.slot(key);
    if (!slot.value) return null;
    const child = this.child(slot);
    return child.value ? child : null;
  }

  /** An object that must be there; on an error one in which all is absent and nothing is reported. */
  requiredObject(key: string): ConfigObject {
    return this.child(this.slot(key));
  }

  /** A list of at most `maxItems` items; null when absent or wrong. The same key gives the same list. */
  list(key: string, maxItems: i32 = MAX_ITEMS): ConfigList | null {
    return this.listOf(key, maxItems, false);
  }

  /** A list of strings of at most `maxLength` bytes each; empty when absent, without the wrong items. */
  stringList(key: string, maxItems: i32 = MAX_ITEMS, maxLength: i32 = MAX_LENGTH): Array<Bytes> {
    const list = this.listOf(key, maxItems, false);
    return list ? list.strings(maxLength) : [];
  }

  /** A list of strings, none of them empty, that no error shows; empty when absent, without the wrong items. */
  secretList(key: string, maxItems: i32 = MAX_ITEMS, maxLength: i32 = MAX_LENGTH): Array<Bytes> {
    this.secrets.push(key);
    const list = this.listOf(key, maxItems, true);
    return list ? list.strings(maxLength) : [];
  }

  /** The member as it is, for what has more than one form; null when absent. Inside it no key is unknown. */
  json(key: string): JsonValue | null {
    return this.find(key);
  }

  /** Records that the member `key` is not what the filter needs: `expected` says what is. */
  error(key: string, expected: string): void {
    const slot = this.slot(key);
    if (this.value) slot.fail(expected);
  }

  /** Reports the unknown keys here and in all objects read from here. `$schema` and `x-...` are always known. */
  finish(): void {
    for (let i = 0; i < this.length; i++) {
      const key = this.keyAt(i);
      if (key == "$schema" || key.startsWith("x-") || this.known.includes(key)) continue;
      const near = nearestName(key, this.known);
      const expected = near ? 'a known one (did you mean "' + near + '"?)' : this.keys();
      this.errors.add(this.pointer + "/" + escapePointer(key.substring(0, 64)), "an unknown key", expected);
    }
    for (let i = 0; i < this.objects.length; i++) this.objects[i].finish();
    for (let i = 0; i < this.lists.length; i++) this.lists[i].finish();
  }

  private keys(): string {
    return this.known.length > 0 ? 'one of "' + this.known.join('", "') + '"' : "none";
  }

  private find(key: string): JsonValue | null {
    if (!this.known.includes(key)) this.known.push(key);
    const value = this.value;
    return value ? value.get(Bytes.of(key)) : null;
  }

  private slot(key: string): ConfigSlot {
    const pointer = this.pointer + "/" + escapePointer(key);
    return new ConfigSlot(this.errors, pointer, this.find(key), this.secrets.includes(key));
  }

  private child(slot: ConfigSlot): ConfigObject {
    for (let i = 0; i < this.objects.length; i++) {
      if (this.objects[i].pointer == slot.pointer) return this.objects[i];
    }
    const value = this.value ? slot.ofKind(JsonKind.Object, "an object") : null;
    const child = new ConfigObject(this.errors, slot.pointer, value);
    this.objects.push(child);
    return child;
  }

  private listOf(key: string, maxItems: i32, secret: bool): ConfigList | null {
    const slot = this.slot(key);
    for (let i = 0; i < this.lists.length; i++) {
      if (this.lists[i].pointer == slot.pointer) return this.lists[i];
    }
    const value = slot.value ? slot.ofKind(JsonKind.Array, "a list") : null;
    if (!value) return null;
    if (value.length > maxItems) {
      slot.fail("a list of at most " + decimalText(maxItems) + " items");
      return null;
    }
    const list = new ConfigList(this.errors, slot.pointer, value, secret);
    this.lists.push(list);
    return list;
  }
}
