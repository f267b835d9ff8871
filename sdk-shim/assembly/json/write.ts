import { Bytes, BytesBuilder } from "../bytes";
import { sequenceLength } from "../utf8";

// @ts-ignore: decorator
@lazy
const REPLACEMENT = Bytes.of("\uFFFD");

/**
 * Appends `text` as a JSON string with its quotes (RFC 8259 7). Quotes, backslashes and control characters (with
 * DEL) are escaped; what is not UTF-8 becomes U+FFFD, so that the result always is.
 */
export function writeJsonString(builder: BytesBuilder, text: Bytes): void {
  const length = text.length;
  const start = text.ptr;
  let copied = 0;
  let at = 0;
  builder.appendByte(0x22);
  while (at < length) {
    const byte = load<u8>(start + at);
    const step = byte < 0x80 ? 1 : sequenceLength(start + at, length - at);
    if (step > 0 && byte >= 0x20 && byte != 0x22 && byte != 0x5c && byte != 0x7f) {
      at += step;
      continue;
    }
    builder.append(text.slice(copied, at));
    if (step < 0) builder.append(REPLACEMENT);
    else writeEscape(builder, byte);
    at += abs(step);
    copied = at;
  }
  builder.append(text.slice(copied)).appendByte(0x22);
}

function writeEscape(builder: BytesBuilder, byte: u8): void {
  builder.appendByte(0x5c);
  if (byte == 0x22 || byte == 0x5c) builder.appendByte(byte);
  else if (byte == 0x0a) builder.appendByte(0x6e);
  else if (byte == 0x0d) builder.appendByte(0x72);
  else if (byte == 0x09) builder.appendByte(0x74);
  else
    builder
      .append("u00")
      .appendByte(0x30 + (byte >> 4))
      .appendByte(hexDigit(byte & 15));
}

function hexDigit(value: u8): u8 {
  return value + (value < 10 ? 0x30 : 0x57);
}
