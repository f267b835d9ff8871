import { dtoa_buffered } from "util/number";
import { appendText, appendUnits, beginLine, endLine } from "./line";

const TRACE: u32 = 0;
/** The longest number has 28 characters. */
const NUMBER_SIZE: i32 = 64;

/**
 * AssemblyScript's `trace`: logs `message` and the first `n` of the numbers (0 to 5) at Trace, with a space between
 * each. Allocates nothing.
 */
export function trace(
  message: string,
  n: i32 = 0,
  a0: f64 = 0,
  a1: f64 = 0,
  a2: f64 = 0,
  a3: f64 = 0,
  a4: f64 = 0,
): void {
  beginLine(TRACE);
  appendText(message);
  if (n > 0) appendNumber(a0);
  if (n > 1) appendNumber(a1);
  if (n > 2) appendNumber(a2);
  if (n > 3) appendNumber(a3);
  if (n > 4) appendNumber(a4);
  endLine();
}

function appendNumber(value: f64): void {
  const text = memory.data(NUMBER_SIZE, 2);
  let length = <i32>dtoa_buffered<f64>(text, value);
  // An integer is written without the ".0" that marks a float in the language.
  if (length > 2 && load<u32>(text + ((<usize>length - 2) << 1)) == 0x0030_002e) length -= 2;
  appendText(" ");
  appendUnits(text, length);
}
