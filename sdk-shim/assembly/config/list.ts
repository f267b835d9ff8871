import { Bytes } from "../bytes";
import { decimalText } from "../bytes-builder";
import { JsonKind, JsonValue } from "../json/value";
import { ConfigErrors } from "./error";
import { ConfigObject } from "./object";
import { ConfigSlot } from "./slot";

/** Bytes a string may have where the reader is not told otherwise. */
export const MAX_LENGTH: i32 = 8192;
/** Items a list may have where the reader is not told otherwise. */
export const MAX_ITEMS: i32 = 1024;

/**
 * A list of the configuration, read item by item. Wrong items are recorded as errors.
 *
 * @example
 * ```ts
 * class PathsPlugin extends Plugin {
 *   paths: Array<Bytes> = [];
 *
 *   configure(config: Bytes): bool {
 *     const reader = ConfigReader.parse(config);
 *     const list: ConfigList | null = reader.root.list("paths", 64);
 *     if (list) {
 *       for (let i = 0; i < list.length; i++) {
 *         const path = list.stringAt(i, 256);
 *         if (path.at(0) == 0x2f) this.paths.push(path);
 *         else list.error(i, 'a path that begins with "/"');
 *       }
 *     }
 *     reader.root.finish();
 *     return this.accept(reader);
 *   }
 * }
 * ```
 */
@final
export class ConfigList {
  private objects: Array<ConfigObject> = [];

  /** @internal Made by `ConfigObject.list`. `secret`: no error shows an item. */
  constructor(
    private errors: ConfigErrors,
    /** JSON Pointer of this list. */
    readonly pointer: string,
    private value: JsonValue,
    private secret: bool,
  ) {}

  /** How many items there are. */
  get length(): i32 {
    return this.value.length;
  }

  /** The object at `index`; on an error one in which all is absent and nothing is reported. */
  objectAt(index: i32): ConfigObject {
    const slot = this.slot(index);
    for (let i = 0; i < this.objects.length; i++) {
      if (this.objects[i].pointer == slot.pointer) return this.objects[i];
    }
    const child = new ConfigObject(this.errors, slot.pointer, slot.ofKind(JsonKind.Object, "an object"));
    this.objects.push(child);
    return child;
  }

  /** The string, not empty, of at most `maxLength` bytes at `index`; empty on an error. */
  stringAt(index: i32, maxLength: i32 = MAX_LENGTH): Bytes {
    const text = this.slot(index).string(1, maxLength);
    return text ? text : Bytes.EMPTY;
  }

  /** The integer from `least` to `most` at `index`; `least` on an error. */
  integerAt(index: i32, least: i64, most: i64): i64 {
    return this.slot(index).integer(least, least, most);
  }

  /** The item at `index` as it is; null when out of range. Inside it no key is unknown. */
  jsonAt(index: i32): JsonValue | null {
    return this.value.at(index);
  }

  /** All strings, none of them empty, of at most `maxLength` bytes each; without the wrong items. */
  strings(maxLength: i32 = MAX_LENGTH): Array<Bytes> {
    const all: Array<Bytes> = [];
    for (let i = 0; i < this.length; i++) {
      const text = this.stringAt(i, maxLength);
      if (text.length > 0) all.push(text);
    }
    return all;
  }

  /** Records that the item at `index` is not what the filter needs: `expected` says what is. */
  error(index: i32, expected: string): void {
    this.slot(index).fail(expected);
  }

  /** Reports the unknown keys in all objects read from here; called by the outermost `finish`. */
  finish(): void {
    for (let i = 0; i < this.objects.length; i++) this.objects[i].finish();
  }

  private slot(index: i32): ConfigSlot {
    const pointer = this.pointer + "/" + decimalText(index);
    return new ConfigSlot(this.errors, pointer, this.value.at(index), this.secret);
  }
}
