import { Bytes } from "../bytes";
import { decimalText } from "../bytes-builder";

// @ts-ignore: decorator
@lazy
const UNITS: StaticArray<string> = ["ns", "us", "ms", "s", "m", "h"];
// @ts-ignore: decorator
@lazy
const NANOSECONDS: StaticArray<i64> = [1, 1000, 1000000, 1000000000, 60000000000, 3600000000000];

/**
 * The nanoseconds of a duration such as `1.5s`, `200ms`, `24h` or `1h30m`: numbers with units (h, m, s, ms, us, ns),
 * largest unit first, exact. -1 for every other text, for numbers of more than 18 digits before the point, for digits
 * that are no whole nanoseconds and beyond 292 years.
 */
export function parseDuration(text: Bytes): i64 {
  let at = 0;
  let previous = UNITS.length;
  let total: i64 = 0;
  if (text.length == 0) return -1;
  while (at < text.length) {
    const start = at;
    while (isDigit(text.at(at))) at++;
    const whole = text.slice(start, at).parseUint();
    if (whole < 0) return -1;
    const point = at;
    if (text.at(at) == 0x2e) {
      at++;
      while (isDigit(text.at(at))) at++;
      if (at == point + 1) return -1;
    }
    const unit = unitAt(text, at);
    if (unit < 0 || unit >= previous) return -1;
    previous = unit;
    let scale = NANOSECONDS[unit];
    if (whole > (i64.MAX_VALUE - total) / scale) return -1;
    total += whole * scale;
    for (let i = point + 1; i < at; i++) {
      const digit = <i64>(text.at(i) - 0x30);
      if (digit == 0) continue;
      scale = NANOSECONDS[unit] / powerOf10(i - point);
      if (scale == 0 || scale * powerOf10(i - point) != NANOSECONDS[unit]) return -1;
      if (digit * scale > i64.MAX_VALUE - total) return -1;
      total += digit * scale;
    }
    at += UNITS[unit].length;
  }
  return total;
}

/** Index of the unit at `at`, which a digit or the end must follow; -1 when there is none. */
function unitAt(text: Bytes, at: i32): i32 {
  let end = at;
  while (end < text.length && !isDigit(text.at(end))) end++;
  const name = text.slice(at, end).toString();
  for (let i = 0; i < UNITS.length; i++) if (UNITS[i] == name) return i;
  return -1;
}

function isDigit(byte: u32): bool {
  return byte - 0x30 < 10;
}

function powerOf10(exponent: i32): i64 {
  let power: i64 = 1;
  for (let i = 0; i < min(exponent, 18); i++) power *= 10;
  return power;
}

/** A duration as people write it: in the largest unit that makes it whole. */
export function formatDuration(nanoseconds: i64): string {
  if (nanoseconds == 0) return "0s";
  for (let unit = UNITS.length - 1; unit > 0; unit--) {
    if (nanoseconds % NANOSECONDS[unit] == 0)
      return decimalText(nanoseconds / NANOSECONDS[unit]) + UNITS[unit];
  }
  return decimalText(nanoseconds) + UNITS[0];
}
