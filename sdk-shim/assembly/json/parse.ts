import { Bytes } from "../bytes";
import { decimalText } from "../bytes-builder";
import { Cursor } from "./cursor";
import { JsonLimits } from "./limits";
import { findDuplicateName } from "./names";
import { JsonResult } from "./result";
import { scanNumber, scanString } from "./scan";
import { Entry, Tape } from "./tape";
import { JsonValue } from "./value";

const FIRST_ENTRIES: i32 = 32;

/**
 * Reads a JSON text (RFC 8259) strictly: valid UTF-8 without a byte order mark, one value and nothing after it,
 * every string and number as the grammar has it, member names unique after unescaping (RFC 7493 2.3), lone
 * surrogates and numbers beyond f64 refused. What is wrong comes back as the result's error. The value's strings are
 * views of `text` where they have no escapes.
 *
 * @example
 * ```ts
 * class OrderFilter extends HttpFilter {
 *   onRequestBody(size: i32, endOfStream: bool): Action {
 *     if (!endOfStream) return Action.Pause;
 *     const result = parseJson(this.requestBody.read());
 *     if (!result.value) return this.reply(400).body(result.error + "\n").send();
 *     return Action.Continue;
 *   }
 * }
 * ```
 */
export function parseJson(text: Bytes, limits: JsonLimits = JsonLimits.DEFAULT): JsonResult {
  return new Parser(text, limits).run();
}

/** What the parser does next. */
const enum Step {
  Failed,
  Value,
  AfterValue,
  Done,
}


@final
class Parser {
  private tape: Tape;
  private cursor: Cursor = new Cursor();
  /** The innermost open container, -1 for none. */
  private open: i32 = -1;
  private depth: i32 = 0;

  constructor(
    private text: Bytes,
    private limits: JsonLimits,
  ) {
    this.tape = new Tape(text, FIRST_ENTRIES);
  }

  run(): JsonResult {
    const text = this.text;
    let step = Step.Value;
    if (text.length > this.limits.maxBytes) {
      step = this.fail("text longer than the limit of " + decimalText(this.limits.maxBytes) + " bytes");
    } else if (text.at(0) == 0xef && text.at(1) == 0xbb && text.at(2) == 0xbf) {
      step = this.fail("byte order mark");
    }
    while (step == Step.Value || step == Step.AfterValue) {
      step = step == Step.Value ? this.readValue() : this.readSeparator();
    }
    const value = step == Step.Done ? new JsonValue(this.tape, 0) : null;
    return new JsonResult(value, this.cursor.error, this.cursor.at, this.tape, this.open);
  }

  private fail(error: string): Step {
    this.cursor.fail(error, this.cursor.at);
    return Step.Failed;
  }

  /** The next byte that is no white space, 0 at the end; the cursor stays before it. */
  private peek(): u8 {
    let byte = this.text.at(this.cursor.at);
    while (byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09)
      byte = this.text.at(++this.cursor.at);
    return byte;
  }

  private readValue(): Step {
    const byte = this.peek();
    const tape = this.tape;
    const cursor = this.cursor;
    if (tape.count >= this.limits.maxValues) return this.failLimit("values", this.limits.maxValues);
    if (byte == 0x7b) return this.openContainer(Entry.Object);
    if (byte == 0x5b) return this.openContainer(Entry.Array);
    let read = false;
    if (byte == 0x22) read = scanString(tape, cursor, Entry.String);
    else if (byte == 0x2d || <u32>byte - 0x30 < 10) read = scanNumber(tape, cursor);
    else if (byte == 0x74) read = this.readWord(Entry.True, 4, 0x65757274);
    else if (byte == 0x66) read = this.readWord(Entry.False, 5, 0x65736c61);
    else if (byte == 0x6e) read = this.readWord(Entry.Null, 4, 0x6c6c756e);
    else return this.fail(cursor.at >= this.text.length ? "unexpected end" : "expected a value");
    return read ? Step.AfterValue : Step.Failed;
  }

  /** Reads a word of `length` letters; `letters` are its last four, little-endian. */
  private readWord(kind: Entry, length: i32, letters: u32): bool {
    const at = this.cursor.at;
    const end = at + length;
    if (end > this.text.length || load<u32>(this.text.ptr + <usize>(end - 4)) != letters) {
      return this.cursor.fail("expected a value", at);
    }
    this.tape.add(kind, at);
    this.cursor.at = end;
    return true;
  }

  private openContainer(kind: Entry): Step {
    const tape = this.tape;
    if (++this.depth > this.limits.maxDepth) return this.failLimit("levels", this.limits.maxDepth);
    const container = tape.add(kind, this.cursor.at++);
    tape.setParent(container, this.open);
    this.open = container;
    const byte = this.peek();
    if (kind == Entry.Array) return byte == 0x5d ? this.closeContainer() : Step.Value;
    return byte == 0x7d ? this.closeContainer() : this.readName();
  }

  private closeContainer(): Step {
    const tape = this.tape;
    const container = this.open;
    tape.setNext(container, tape.count);
    if (tape.kind(container) == Entry.Object) {
      const duplicate = findDuplicateName(tape, container);
      if (duplicate >= 0) {
        tape.setPendingName(container, duplicate);
        this.cursor.at = tape.offset(duplicate);
        return this.fail("duplicate member name");
      }
    }
    this.cursor.at++;
    this.depth--;
    this.open = tape.parent(container);
    return Step.AfterValue;
  }

  /** Reads a member's name and its colon. */
  private readName(): Step {
    const tape = this.tape;
    if (this.peek() != 0x22) return this.fail("expected a member name in quotes");
    if (tape.count >= this.limits.maxValues) return this.failLimit("values", this.limits.maxValues);
    const name = tape.count;
    if (!scanString(tape, this.cursor, Entry.Name)) return Step.Failed;
    tape.setPendingName(this.open, name);
    if (this.peek() != 0x3a) return this.fail('expected ":"');
    this.cursor.at++;
    return Step.Value;
  }

  /** Reads what follows a value: the end, a comma, or the end of its container. */
  private readSeparator(): Step {
    const tape = this.tape;
    const container = this.open;
    const byte = this.peek();
    if (container < 0) {
      return this.cursor.at == this.text.length ? Step.Done : this.fail("text after the end of the value");
    }
    const object = tape.kind(container) == Entry.Object;
    tape.setExtra(container, tape.extra(container) + 1);
    if (object) tape.setPendingName(container, 0);
    if (byte == (object ? 0x7d : 0x5d)) return this.closeContainer();
    if (byte != 0x2c) return this.fail(object ? 'expected "," or "}"' : 'expected "," or "]"');
    this.cursor.at++;
    return object ? this.readName() : Step.Value;
  }

  private failLimit(what: string, limit: i32): Step {
    return this.fail("more than the limit of " + decimalText(limit) + " " + what);
  }
}
