import { decimalText } from "../bytes-builder";
import { Tape, Entry } from "./tape";
import { JsonValue } from "./value";

/**
 * What became of a document: its value, or what is wrong with it and where.
 *
 * @example
 * ```ts
 * function logFailure(result: JsonResult): void {
 *   if (result.value) return;
 *   log(LogLevel.Warn, result.error + " at byte " + decimalText(result.offset) + ", in " + result.path);
 * }
 * ```
 */
@final
export class JsonResult {
  /** @internal Made by the parsers. `open` is the container that was being read when the error was met, -1 when none was. */
  constructor(
    /** The outermost value; null when the document was refused. */
    readonly value: JsonValue | null,
    /** What was expected or refused, for people; empty when there is a value. */
    readonly error: string,
    /** Offset in bytes of the error from the start of the source. */
    readonly offset: i32,
    private tape: Tape,
    private open: i32,
  ) {}

  /** This failure with another error text. @internal */
  withError(error: string): JsonResult {
    return new JsonResult(null, error, this.offset, this.tape, this.open);
  }

  /** JSON Pointer (RFC 6901) to the value that was being read when the error was met; "" is the whole document. */
  get path(): string {
    const tape = this.tape;
    let path = "";
    let container = this.open;
    while (container >= 0) {
      if (tape.kind(container) == Entry.Array) {
        path = "/" + decimalText(tape.extra(container)) + path;
      } else {
        const name = tape.pendingName(container);
        if (name != 0) path = "/" + escapePointer(tape.text(name).toString()) + path;
      }
      container = tape.parent(container);
    }
    return path;
  }
}

/** One step of a JSON Pointer: `~` as `~0` and `/` as `~1` (RFC 6901 3). */
export function escapePointer(name: string): string {
  let escaped = "";
  let copied = 0;
  for (let i = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i);
    if (unit != 0x7e && unit != 0x2f) continue;
    escaped += name.substring(copied, i) + (unit == 0x7e ? "~0" : "~1");
    copied = i + 1;
  }
  return copied > 0 ? escaped + name.substring(copied) : name;
}
