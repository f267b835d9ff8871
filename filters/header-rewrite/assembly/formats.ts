// How values that are not text are written.

import { Bytes, BytesBuilder } from "proxy-wasm-as-sdk";

const COLON: u8 = 0x3a;
const NANOSECONDS_PER_MILLISECOND: i64 = 1_000_000;
const MILLISECONDS_PER_DAY: i64 = 86_400_000;
const DAYS_PER_ERA: i64 = 146_097;
/** From 0000-03-01 to 1970-01-01. */
const DAYS_BEFORE_1970: i64 = 719_468;

/** `nanoseconds` since 1970-01-01 UTC, not negative, as RFC 3339 section 5.6 with milliseconds. */
export function formatTime(nanoseconds: i64): Bytes {
  const milliseconds = max<i64>(nanoseconds, 0) / NANOSECONDS_PER_MILLISECOND;
  const time = milliseconds % MILLISECONDS_PER_DAY;
  // Years that begin in March put the leap day at the end, and eras of 400 of them all have the same length.
  const days = milliseconds / MILLISECONDS_PER_DAY + DAYS_BEFORE_1970;
  const era = days / DAYS_PER_ERA;
  const dayOfEra = days % DAYS_PER_ERA;
  const yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
  const dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  const monthFromMarch = (5 * dayOfYear + 2) / 153;
  const day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = era * 400 + yearOfEra + i64(month <= 2);

  const text = new BytesBuilder(24);
  appendPadded(text, year, 4).appendByte(0x2d);
  appendPadded(text, month, 2).appendByte(0x2d);
  appendPadded(text, day, 2).appendByte(0x54);
  appendPadded(text, time / 3_600_000, 2).appendByte(COLON);
  appendPadded(text, (time / 60_000) % 60, 2).appendByte(COLON);
  appendPadded(text, (time / 1000) % 60, 2).appendByte(0x2e);
  appendPadded(text, time % 1000, 3).appendByte(0x5a);
  return text.take();
}

function appendPadded(text: BytesBuilder, value: i64, width: i32): BytesBuilder {
  let bound: i64 = 10;
  for (let digits = 1; digits < width; digits++, bound *= 10) if (value < bound) text.appendByte(0x30);
  return text.appendDecimal(value);
}
