import { digitValue } from "../crypto/hex";
import { encodePoint, sequenceLength } from "../utf8";
import { Entry, Tape } from "./tape";
import { Cursor } from "./cursor";
import { MAX_NUMBER_LENGTH, parseDecimal } from "./decimal";

/**
 * Reads the string whose opening quote is under the cursor and appends it as an entry of `kind`.
 * RFC 8259 7: valid UTF-8, no control characters, known escapes, surrogates only in pairs. False on an error.
 */
export function scanString(tape: Tape, cursor: Cursor, kind: Entry): bool {
  const offset = cursor.at;
  const length = tape.source.length;
  const start = tape.source.ptr;
  let at = offset + 1;
  let copied = at;
  let escaped = -1;
  while (at < length) {
    const byte = load<u8>(start + at);
    if (byte == 0x22) {
      if (escaped < 0) {
        tape.addView(kind, offset, copied, at - copied);
      } else {
        tape.escapes().append(tape.source.slice(copied, at));
        tape.addUnescaped(kind, offset, escaped);
      }
      cursor.at = at + 1;
      return true;
    }
    if (byte < 0x20) return cursor.fail("control character in a string", at);
    if (byte == 0x5c) {
      const builder = tape.escapes();
      if (escaped < 0) escaped = builder.length;
      builder.append(tape.source.slice(copied, at));
      if (!scanEscape(tape, cursor, at)) return false;
      at = cursor.at;
      copied = at;
    } else if (byte < 0x80) {
      at++;
    } else {
      const step = sequenceLength(start + at, length - at);
      if (step < 0) return cursor.fail("invalid UTF-8", at);
      at += step;
    }
  }
  return cursor.fail("string without end", length);
}

/** Appends the character that the escape at `offset` stands for to the tape's escapes. */
function scanEscape(tape: Tape, cursor: Cursor, offset: i32): bool {
  const source = tape.source;
  const letter = source.at(offset + 1);
  cursor.at = offset + 2;
  let byte: u8 = 0;
  if (letter == 0x22 || letter == 0x5c || letter == 0x2f) byte = letter;
  else if (letter == 0x62) byte = 0x08;
  else if (letter == 0x66) byte = 0x0c;
  else if (letter == 0x6e) byte = 0x0a;
  else if (letter == 0x72) byte = 0x0d;
  else if (letter == 0x74) byte = 0x09;
  if (byte != 0) {
    tape.escapes().appendByte(byte);
    return true;
  }
  if (letter != 0x75) return cursor.fail("unknown escape", offset);
  let point = scanHex4(tape, offset + 2);
  if (point < 0) return cursor.fail("\\u without four hexadecimal digits", offset);
  cursor.at = offset + 6;
  if ((point & 0xf800) == 0xd800) {
    const low =
      source.at(offset + 6) == 0x5c && source.at(offset + 7) == 0x75 ? scanHex4(tape, offset + 8) : -1;
    if (point >= 0xdc00 || low < 0xdc00 || low > 0xdfff) return cursor.fail("lone surrogate", offset);
    point = 0x10000 + ((point & 0x3ff) << 10) + (low & 0x3ff);
    cursor.at = offset + 12;
  }
  const builder = tape.escapes();
  const encoded = memory.data(4);
  const size = encodePoint(point, encoded);
  for (let i = 0; i < size; i++) builder.appendByte(load<u8>(encoded + i));
  return true;
}

function scanHex4(tape: Tape, offset: i32): i32 {
  const source = tape.source;
  let value: u32 = 0;
  for (let i = 0; i < 4; i++) {
    const digit = digitValue(source.at(offset + i));
    if (digit > 15) return -1;
    value = (value << 4) | digit;
  }
  return value;
}

/**
 * Reads the number under the cursor and appends it. RFC 8259 6; refused are also numbers
 * beyond the range of f64 and longer than 400 characters. False on an
 * error.
 */
export function scanNumber(tape: Tape, cursor: Cursor): bool {
  const offset = cursor.at;
  const source = tape.source;
  let at = offset;
  const negative = source.at(at) == 0x2d;
  if (negative) at++;
  const first = at;
  while (isDigit(source.at(at))) at++;
  const whole = at - first;
  if (whole == 0) return cursor.fail("expected a digit", at);
  if (whole > 1 && source.at(first) == 0x30) return cursor.fail("leading zero", first);
  let integral = true;
  if (source.at(at) == 0x2e) {
    integral = false;
    const fraction = ++at;
    while (isDigit(source.at(at))) at++;
    if (at == fraction) return cursor.fail("expected a digit", at);
  }
  if ((source.at(at) | 0x20) == 0x65) {
    integral = false;
    at++;
    if (source.at(at) == 0x2b || source.at(at) == 0x2d) at++;
    const exponent = at;
    while (isDigit(source.at(at))) at++;
    if (at == exponent) return cursor.fail("expected a digit", at);
  }
  const length = at - offset;
  if (length > MAX_NUMBER_LENGTH) return cursor.fail("number of more than 400 characters", offset);
  cursor.at = at;
  if (integral && whole <= 19 && !(negative && source.at(first) == 0x30)) {
    let value: u64 = 0;
    for (let i = first; i < at; i++) value = value * 10 + (source.at(i) - 0x30);
    const limit = <u64>i64.MAX_VALUE + <u64>negative;
    if (value <= limit) {
      tape.addInteger(<i64>(negative ? 0 - value : value), offset, length);
      return true;
    }
  }
  const value = parseDecimal(source.ptr + <usize>first, at - first);
  if (value > f64.MAX_VALUE) return cursor.fail("number out of range", offset);
  tape.addFloat(negative ? -value : value, offset, length);
  return true;
}

function isDigit(byte: u32): bool {
  return byte - 0x30 < 10;
}
