import { Bytes, BytesBuilder } from "../bytes";
import { decimalText } from "../bytes-builder";
import { JsonKind, JsonValue } from "../json/value";
import { writeJsonString } from "../json/write";

/** Bytes of a string that an error shows. */
const SHOWN: i32 = 40;

/** A value for an error message: short, and without the content of objects and lists. */
export function describe(value: JsonValue | null): string {
  if (!value) return "nothing";
  const kind = value.kind;
  if (kind == JsonKind.Object) return "an object";
  if (kind == JsonKind.Array) return "a list";
  if (kind == JsonKind.Null) return "null";
  if (kind == JsonKind.Bool) return value.bool ? "true" : "false";
  return kind == JsonKind.Number ? describeNumber(value) : quote(value.text);
}

/** `text` in quotes, cut off after 40 bytes, with control characters escaped. */
export function quote(text: Bytes): string {
  const builder = new BytesBuilder();
  if (text.length <= SHOWN) {
    writeJsonString(builder, text);
    return builder.view().toString();
  }
  let end = SHOWN;
  // Not in the middle of a character.
  while (end > 0 && (text.at(end) & 0xc0) == 0x80) end--;
  writeJsonString(builder, text.slice(0, end));
  return builder.view().toString() + "...";
}

function describeNumber(value: JsonValue): string {
  const text = value.numberText;
  if (text.length > SHOWN) return text.slice(0, SHOWN).toString() + "...";
  return text.length > 0 ? text.toString() : decimal(value.number);
}

/** `number` with at most six decimals. */
export function decimal(number: f64): string {
  if (abs(number) > 9e12) return number < 0 ? "a number below -9e12" : "a number above 9e12";
  let scaled = <i64>nearest(abs(number) * 1000000);
  const sign = number < 0 && scaled != 0 ? "-" : "";
  const whole = sign + decimalText(scaled / 1000000);
  scaled %= 1000000;
  if (scaled == 0) return whole;
  let digits = decimalText(scaled).padStart(6, "0");
  while (digits.endsWith("0")) digits = digits.substring(0, digits.length - 1);
  return whole + "." + digits;
}
