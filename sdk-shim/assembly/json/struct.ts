import { Bytes } from "../bytes";
import { decimalText } from "../bytes-builder";
import { isValidUtf8 } from "../utf8";
import { Cursor } from "./cursor";
import { JsonLimits } from "./limits";
import { findDuplicateName } from "./names";
import { parseJson } from "./parse";
import { JsonResult } from "./result";
import { Entry, Tape } from "./tape";
import { JsonValue } from "./value";

const FIRST_ENTRIES: i32 = 64;
// Tags: field number and wire type. `KEY` is also Struct.fields and ListValue.values, all of which are field 1.
const KEY: u8 = 0x0a;
const VALUE: u8 = 0x12;
const NULL: u8 = 0x08;
const NUMBER: u8 = 0x11;
const STRING: u8 = 0x1a;
const BOOL: u8 = 0x20;
const STRUCT: u8 = 0x2a;
const LIST: u8 = 0x32;

/**
 * Reads a binary `google.protobuf.Struct`, which plain Envoy hands to a plugin whose configuration is one, into the
 * same values that JSON text gives. Strict beyond protobuf: no unknown or repeated fields, no unset values, keys
 * before their values and unique, finite numbers, valid UTF-8. No bytes are the empty object.
 */
export function parseStruct(bytes: Bytes, limits: JsonLimits = JsonLimits.DEFAULT): JsonResult {
  return new StructParser(bytes, limits).run();
}

/**
 * Reads a plugin's configuration, an object: JSON text when the first byte that is no white space is `{`, otherwise a
 * binary `google.protobuf.Struct`. No bytes are the empty object. An error of the second kind names both attempts.
 */
export function parseConfiguration(bytes: Bytes, limits: JsonLimits = JsonLimits.DEFAULT): JsonResult {
  let first = 0;
  while (first < bytes.length && isSpace(bytes.at(first))) first++;
  const json = bytes.at(first) == 0x7b ? parseJson(bytes, limits) : null;
  if (json) {
    // A Struct begins with 0x0a, which JSON takes for white space, and its second byte may be "{".
    if (json.value || bytes.at(0) != KEY) return json;
  }
  const struct = parseStruct(bytes, limits);
  if (struct.value) return struct;
  if (json) return json;
  return struct.withError(
    'no JSON object (first character is not "{") and no google.protobuf.Struct: ' + struct.error,
  );
}

function isSpace(byte: u8): bool {
  return byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09;
}


@final
class StructParser {
  private tape: Tape;
  private cursor: Cursor = new Cursor();
  private open: i32 = -1;
  private depth: i32 = 0;

  constructor(
    private source: Bytes,
    private limits: JsonLimits,
  ) {
    this.tape = new Tape(source, FIRST_ENTRIES);
  }

  run(): JsonResult {
    const tape = this.tape;
    const length = this.source.length;
    const limit = this.limits.maxBytes;
    let ok = length <= limit || this.fail("longer than the limit of " + decimalText(limit) + " bytes");
    ok = ok && this.openContainer(Entry.Object, length);
    while (ok && this.open >= 0) {
      if (this.cursor.at == this.end()) ok = this.closeContainer();
      else if (tape.kind(this.open) == Entry.Object) ok = this.readMember();
      else ok = this.readElement();
    }
    const value = ok ? new JsonValue(tape, 0) : null;
    return new JsonResult(value, this.cursor.error, this.cursor.at, tape, this.open);
  }

  private fail(error: string): bool {
    return this.cursor.fail(error, this.cursor.at);
  }

  /** Offset where the innermost open container ends; kept in its `next` until it is closed. */
  private end(): i32 {
    return this.tape.next(this.open);
  }

  private openContainer(kind: Entry, end: i32): bool {
    if (++this.depth > this.limits.maxDepth) {
      return this.fail("more than the limit of " + decimalText(this.limits.maxDepth) + " levels");
    }
    const container = this.tape.add(kind, this.cursor.at);
    this.tape.setParent(container, this.open);
    this.tape.setNext(container, end);
    this.open = container;
    return true;
  }

  private closeContainer(): bool {
    const tape = this.tape;
    const container = this.open;
    tape.setNext(container, tape.count);
    if (tape.kind(container) == Entry.Object) {
      const duplicate = findDuplicateName(tape, container);
      if (duplicate >= 0) {
        tape.setPendingName(container, duplicate);
        return this.cursor.fail("duplicate key", tape.offset(duplicate));
      }
    }
    this.depth--;
    this.open = tape.parent(container);
    if (this.open >= 0) this.countValue();
    return true;
  }

  private countValue(): void {
    const tape = this.tape;
    const container = this.open;
    tape.setExtra(container, tape.extra(container) + 1);
    if (tape.kind(container) == Entry.Object) tape.setPendingName(container, 0);
  }

  /** Struct.fields: a map entry with a key and a value. */
  private readMember(): bool {
    const tape = this.tape;
    const cursor = this.cursor;
    const end = this.readLength(KEY, this.end());
    if (end < 0) return false;
    const start = cursor.at;
    const keyEnd = this.readLength(KEY, end);
    if (keyEnd < 0) return false;
    if (!isValidUtf8(this.source.ptr + <usize>cursor.at, keyEnd - cursor.at))
      return this.fail("invalid UTF-8");
    tape.setPendingName(this.open, tape.addView(Entry.Name, start, cursor.at, keyEnd - cursor.at));
    cursor.at = keyEnd;
    const valueEnd = this.readLength(VALUE, end);
    if (valueEnd < 0) return false;
    if (valueEnd != end) return this.cursor.fail("bytes after a map entry's value", valueEnd);
    return this.readValue(end);
  }

  /** ListValue.values: a value. */
  private readElement(): bool {
    const end = this.readLength(KEY, this.end());
    return end >= 0 && this.readValue(end);
  }

  /** Value: exactly one of its fields, from the cursor to `end`. */
  private readValue(end: i32): bool {
    const tape = this.tape;
    const cursor = this.cursor;
    const at = cursor.at;
    if (tape.count >= this.limits.maxValues) {
      return this.fail("more than the limit of " + decimalText(this.limits.maxValues) + " values");
    }
    if (at == end) return this.fail("value without a kind");
    const tag = this.source.at(at);
    if (tag == STRING || tag == STRUCT || tag == LIST) {
      const contentEnd = this.readLength(tag, end);
      if (contentEnd < 0) return false;
      if (contentEnd != end) return cursor.fail("bytes after a value", contentEnd);
      if (tag != STRING) return this.openContainer(tag == STRUCT ? Entry.Object : Entry.Array, end);
      if (!isValidUtf8(this.source.ptr + <usize>cursor.at, end - cursor.at))
        return this.fail("invalid UTF-8");
      tape.addView(Entry.String, at, cursor.at, end - cursor.at);
    } else if (tag == NUMBER) {
      if (end - at != 9) return this.fail("number of the wrong length");
      const number = load<f64>(this.source.ptr + <usize>at, 1);
      if (!isFinite(number)) return this.fail("number that is not finite");
      tape.addFloat(number, at, 0);
    } else {
      const content = this.source.at(at + 1);
      if (end - at != 2 || content > 1) return this.fail("unknown kind of value");
      if (tag == BOOL) tape.add(content == 1 ? Entry.True : Entry.False, at);
      else if (tag == NULL && content == 0) tape.add(Entry.Null, at);
      else return this.fail("unknown kind of value");
    }
    cursor.at = end;
    this.countValue();
    return true;
  }

  /** Reads `tag` and the length behind it; returns the offset where its content ends, -1 on an error. */
  private readLength(tag: u8, end: i32): i32 {
    const cursor = this.cursor;
    const at = cursor.at;
    let length: u32 = 0;
    let next = at + 1;
    // At most 28 bits: no longer length passes the limits.
    for (let shift = 0; shift < 28 && next < end; shift += 7) {
      const byte: u32 = this.source.at(next++);
      length |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (this.source.at(at) != tag || length > <u32>(end - next)) break;
        cursor.at = next;
        return next + <i32>length;
      }
    }
    cursor.fail(this.source.at(at) == tag ? "length beyond the end" : "unexpected field", at);
    return -1;
  }
}
