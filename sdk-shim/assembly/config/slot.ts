import { Bytes } from "../bytes";
import { decimalText } from "../bytes-builder";
import { JsonKind, JsonValue } from "../json/value";
import { describe, decimal } from "./describe";
import { formatDuration, parseDuration } from "./duration";
import { ConfigErrors } from "./error";

/** One place in the configuration: what is there, and what is wrong with it. The typed reading of one value. */
@final
export class ConfigSlot {
  constructor(
    readonly errors: ConfigErrors,
    /** JSON Pointer of the place. */
    readonly pointer: string,
    /** What is there; null when nothing is. */
    readonly value: JsonValue | null,
    /** Whether errors must not show the value. */
    readonly secret: bool,
  ) {}

  /** Records that `expected` is not what is there. */
  fail(expected: string): void {
    const value = this.value;
    this.errors.add(this.pointer, value && this.secret ? "<secret>" : describe(value), expected);
  }

  /** The value when it is of `kind`; otherwise records an error and returns null. */
  ofKind(kind: JsonKind, expected: string): JsonValue | null {
    const value = this.value;
    if (value && value.kind == kind) return value;
    this.fail(expected);
    return null;
  }

  /** A string of `minLength` to `maxLength` bytes; null on an error. */
  string(minLength: i32, maxLength: i32): Bytes | null {
    const value = this.value;
    if (value && value.kind == JsonKind.String) {
      const text = value.text;
      if (text.length >= minLength && text.length <= maxLength) return text;
      const long = text.length > maxLength;
      this.fail(
        long ? "a string of at most " + decimalText(maxLength) + " bytes" : "a string that is not empty",
      );
      return null;
    }
    this.fail("a string");
    return null;
  }

  /** `true` or `false`; `fallback` on an error. */
  bool(fallback: bool): bool {
    const value = this.ofKind(JsonKind.Bool, "true or false");
    return value ? value.bool : fallback;
  }

  /** An integer from `least` to `most`; `fallback` on an error. */
  integer(fallback: i64, least: i64, most: i64): i64 {
    const value = this.value;
    if (value && value.isInteger && value.integer >= least && value.integer <= most) return value.integer;
    this.fail(
      "an integer" +
        range(least == i64.MIN_VALUE, decimalText(least), most == i64.MAX_VALUE, decimalText(most)),
    );
    return fallback;
  }

  /** A number from `least` to `most`; `fallback` on an error. */
  number(fallback: f64, least: f64, most: f64): f64 {
    const value = this.value;
    if (value && value.kind == JsonKind.Number && value.number >= least && value.number <= most)
      return value.number;
    this.fail("a number" + range(least < -1e12, decimal(least), most > 1e12, decimal(most)));
    return fallback;
  }

  /** A duration from `least` to `most` in nanoseconds; `fallback` on an error. */
  duration(fallback: i64, least: i64, most: i64): i64 {
    const value = this.value;
    if (value && value.kind == JsonKind.String) {
      const nanoseconds = parseDuration(value.text);
      if (nanoseconds >= 0 && nanoseconds >= least && nanoseconds <= most) return nanoseconds;
    }
    const low = formatDuration(max(least, 0));
    this.fail('a duration like "1.5s"' + range(least <= 0, low, most == i64.MAX_VALUE, formatDuration(most)));
    return fallback;
  }

  /** A percentage in hundredths of a percent, 0 to 10000; `fallback` on an error. */
  percent(fallback: i32): i32 {
    const value = this.value;
    if (value) {
      const hundredths = value.kind == JsonKind.String ? parsePercent(value.text) : percentOf(value);
      if (hundredths >= 0) return hundredths;
    }
    this.fail('a percentage with at most two decimals, like 12.5 or "12.5%", from 0 to 100');
    return fallback;
  }

  /** Index in `names` of the string that is there; `fallback` on an error. */
  choice(names: StaticArray<string>, fallback: i32): i32 {
    const value = this.value;
    if (value && value.kind == JsonKind.String) {
      const text = value.text;
      for (let i = 0; i < names.length; i++) if (text.equals(Bytes.of(names[i]))) return i;
    }
    this.fail(names.length > 1 ? "one of " + list(names) : list(names));
    return fallback;
  }
}

/** The names in quotes, with commas between them. */
function list(names: StaticArray<string>): string {
  let text = "";
  for (let i = 0; i < names.length; i++) text += (i > 0 ? ", " : "") + '"' + names[i] + '"';
  return text;
}

function range(noLeast: bool, least: string, noMost: bool, most: string): string {
  if (noLeast) return noMost ? "" : " of at most " + most;
  return noMost ? " of at least " + least : " from " + least + " to " + most;
}

/** Hundredths of a percent in `12.5%`, -1 for every other text. */
function parsePercent(text: Bytes): i32 {
  const end = text.length - 1;
  if (text.at(end) != 0x25) return -1;
  const point = text.indexOf(0x2e);
  const whole = text.slice(0, point < 0 ? end : point).parseUint();
  let hundredths: i64 = 0;
  if (point >= 0) {
    const decimals = end - point - 1;
    if (decimals < 1 || decimals > 2) return -1;
    hundredths = text.slice(point + 1, end).parseUint() * (decimals == 1 ? 10 : 1);
  }
  if (whole < 0 || whole > 100 || hundredths < 0) return -1;
  const total = whole * 100 + hundredths;
  return total <= 10000 ? <i32>total : -1;
}

/** Hundredths of a percent in a number from 0 to 100 with at most two decimals, -1 for every other value. */
function percentOf(value: JsonValue): i32 {
  const number = value.number;
  if (value.kind != JsonKind.Number || !(number >= 0 && number <= 100)) return -1;
  const hundredths = nearest<f64>(number * 100);
  // What the multiplication rounds is far below this, a third decimal far above.
  return abs(hundredths - number * 100) < 1e-9 ? <i32>hundredths : -1;
}
