import * as env from "./abi/env";
import { writeDecimal } from "./decimal";
import { encodeUtf8 } from "./utf8";

const CRITICAL: u32 = 5;
const MAX_TEXT: i32 = 96;
/** Two texts of up to three bytes a character, separators and a line number. */
const scratch: usize = memory.data(640);

/**
 * Reports a failed check or a thrown error with its place, then traps: the compiler calls it.
 *
 * It is compiled into the runtime, which starts before any top-level code and still runs when memory is
 * exhausted: it may not allocate, and this file may import only what has no variables.
 */
// @ts-ignore: decorator
@global
export function abortWithLog(message: string | null, file: string | null, line: u32, column: u32): void {
  let end = append(scratch, message);
  if (file) {
    end = append(end, file);
    store<u8>(end++, 0x3a);
    end = writeDecimal(end, line);
  }
  env.proxy_log(CRITICAL, scratch, end - scratch);
  unreachable();
}

function append(at: usize, text: string | null): usize {
  if (!text) return at;
  const length = min(text.length, MAX_TEXT);
  if (at > scratch) store<u8>(at++, 0x20);
  return at + encodeUtf8(changetype<usize>(text), length, at);
}
