// Log lines from UTF-16, piece by piece in static memory: a line allocates nothing and may be written at any time,
// also from top-level code.

import * as env from "../abi/env";
import { encodePoint } from "../utf8";

/** The most bytes of a line; a text that is longer goes on in the next line. */
const LINE_SIZE: usize = 4096;

// @ts-ignore: decorator
@lazy
const start: usize = memory.data(4096);
// @ts-ignore: decorator
@lazy
let end: usize = 0;
// @ts-ignore: decorator
@lazy
let severity: u32 = 0;

/** Begins a line of severity `level` (`proxy_log_level_t`). */
export function beginLine(level: u32): void {
  severity = level;
  end = start;
}

/** Hands what is left of the line to the host; a line that is empty is written too. */
export function endLine(): void {
  env.proxy_log(severity, start, end - start);
  end = start;
}

/** Adds `text` as UTF-8, a lone surrogate as U+FFFD (WHATWG Encoding). */
export function appendText(text: string): void {
  appendUnits(changetype<usize>(text), text.length);
}

/** Adds the `length` UTF-16 units at `units`. */
export function appendUnits(units: usize, length: i32): void {
  let at = 0;
  while (at < length) {
    let point = unitAt(units, at++);
    if ((point & 0xf800) == 0xd800) {
      const low = point < 0xdc00 && at < length ? unitAt(units, at) : 0;
      if ((low & 0xfc00) == 0xdc00) {
        point = 0x10000 + ((point & 0x3ff) << 10) + (low & 0x3ff);
        at++;
      } else {
        point = 0xfffd;
      }
    }
    appendPoint(point);
  }
}

/** Adds `value` in decimal, with at least `digits` digits. */
export function appendDecimal(value: u64, digits: i32 = 1): void {
  let scale: u64 = 1;
  for (; digits > 1 || value / scale >= 10; digits--) scale *= 10;
  for (; scale > 0; scale /= 10) appendPoint(0x30 + <u32>((value / scale) % 10));
}

function unitAt(units: usize, index: i32): u32 {
  return load<u16>(units + ((<usize>index) << 1));
}

function appendPoint(point: u32): void {
  if (end + 4 > start + LINE_SIZE) endLine();
  end += encodePoint(point, end);
}
