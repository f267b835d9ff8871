import { Bytes, BytesBuilder, BytesMap, withoutPort } from "proxy-wasm-as-sdk";
import { isFieldName, isFieldValue, isToken } from "proxy-wasm-as-sdk";
import { isFramingField, isReservedField, isSameField, isSystemField } from "proxy-wasm-as-sdk";
import { isAttributeName } from "proxy-wasm-as-sdk/assembly/property-names";
import { formatDuration, parseDuration } from "proxy-wasm-as-sdk/assembly/config/duration";
import { input, isOver, number, out, part, rest, tell } from "./frame";

/** Whether it is UTF-8, and what it is as text. */
export function utf8(): void {
  out.append(input.isValidUtf8() ? "1" : "0").append(input.toString());
}

/** UTF-16 of any kind as UTF-8. */
export function utf16(): void {
  const units = input.length >> 1;
  out.append(String.UTF16.decodeUnsafe(input.ptr, units << 1));
}

export function duration(): void {
  const nanoseconds = parseDuration(input);
  out.appendDecimal(nanoseconds);
  if (nanoseconds >= 0) out.append(" ").append(formatDuration(nanoseconds));
}

/** One bit for each question about header names and values. */
export function fields(): void {
  const name = part();
  const other = part();
  let bits = (<i32>isToken(name)) | ((<i32>isFieldName(name)) << 1) | ((<i32>isFieldValue(name)) << 2);
  bits |= ((<i32>isFramingField(name)) << 3) | ((<i32>isSystemField(name)) << 4);
  bits |= ((<i32>isReservedField(name)) << 5) | ((<i32>isSameField(name, other)) << 6);
  out.appendDecimal(bits | ((<i32>isAttributeName(name)) << 7));
}

export function address(): void {
  out.append(withoutPort(input));
}

/** Two texts, and what their methods say about them; the last bytes are indexes. */
export function bytes(): void {
  const left = part();
  const right = part();
  const numbers = rest();
  const from = <i32>number(input.length - numbers.length);
  const to = <i32>number(input.length - numbers.length + 4);
  let bits = (<i32>left.equals(right)) | ((<i32>left.equalsIgnoreCase(right)) << 1);
  bits |= ((<i32>left.equalsSecret(right)) << 2) | ((<i32>(left == right)) << 3);
  bits |= ((<i32>left.startsWith(right)) << 4) | ((<i32>left.endsWith(right)) << 5);
  bits |= (<i32>(left.hash() == right.hash())) << 6;
  const order = left.compareTo(right);
  out
    .appendDecimal(bits)
    .append(" ")
    .append(order < 0 ? "-" : order > 0 ? "+" : "=");
  out.append(" ").appendDecimal(left.indexOf(right.at(0), from));
  out.append(" ").appendDecimal(left.indexOfBytes(right, from));
  out.append(" ").appendDecimal(left.parseUint()).append(" ").appendDecimal(left[from]);
  out.append(" ").appendHex(left.slice(from, to)).append(" ").appendHex(left.trim());
  out.append(" ").appendHex(left.toLowerCase()).append(" ").appendHex(left.copy());
}

/** Sets and deletes: the first byte of each part says which. Then all entries in their order. */
export function map(): void {
  const map = new BytesMap<Bytes>();
  while (!isOver()) {
    const step = part();
    const key = step.slice(2);
    const operation = step.at(0) & 3;
    if (operation == 0) out.appendByte(0x30 + <u8>map.delete(key));
    else if (operation == 1) tell(map.get(key));
    else if (operation == 2 && step.at(0) == 0xfe) map.clear();
    else map.set(key, step.slice(1, 2));
  }
  for (let i = -1; i <= map.size; i++) {
    const value = map.valueAt(i);
    out.append(" ").append(map.keyAt(i)).append(":");
    tell(value);
  }
}

/** What a builder makes of parts, numbers and its own room used again. */
export function builder(): void {
  const builder = new BytesBuilder(<i32>input.at(0));
  while (!isOver()) {
    const piece = part();
    if ((piece.at(0) & 1) == 1) builder.appendHex(piece);
    else builder.append(piece);
    builder.appendDecimal(number(input.length - 8 - piece.length)).appendByte(piece.at(1));
    if (piece.at(0) == 0xfd) out.append(builder.take());
  }
  out.append(builder.copy());
}
