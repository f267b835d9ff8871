import { Bytes, BytesBuilder } from "../../../sdk-shim/assembly/bytes";
import { BytesMap } from "../../../sdk-shim/assembly/bytes-map";
import { murmur3 as hash } from "../../../sdk-shim/assembly/hash/murmur3";

/** A view in the middle of a larger buffer, so that reading beside it shows. */
function view(buffer: ArrayBuffer): Bytes {
  const around = new ArrayBuffer(buffer.byteLength + 7);
  memory.fill(changetype<usize>(around), 0x61, around.byteLength);
  memory.copy(changetype<usize>(around) + 3, changetype<usize>(buffer), buffer.byteLength);
  return new Bytes(around, 3, buffer.byteLength);
}

export function valid(buffer: ArrayBuffer): bool {
  return view(buffer).isValidUtf8();
}

/** One bit for each of the 256 second bytes: whether it makes UTF-8 with `first`. */
export function validPairs(first: i32): ArrayBuffer {
  const result = new ArrayBuffer(256);
  const pair = new ArrayBuffer(2);
  const bytes = Bytes.fromBuffer(pair);
  store<u8>(bytes.ptr, <u8>first);
  for (let second = 0; second < 256; second++) {
    store<u8>(bytes.ptr, <u8>second, 1);
    store<u8>(changetype<usize>(result) + second, <u8>bytes.isValidUtf8());
  }
  return result;
}

export function decode(buffer: ArrayBuffer): string {
  return view(buffer).toString();
}

export function encode(text: string): ArrayBuffer {
  return Bytes.of(text).buffer;
}

export function parseUint(buffer: ArrayBuffer): string {
  return view(buffer).parseUint().toString();
}

export function at(buffer: ArrayBuffer, index: i32): i32 {
  const bytes = view(buffer);
  return bytes[index];
}

/** Bit 0 equals, 1 equalsIgnoreCase, 2 equalsSecret, 3 ==, 4 !=, 5 startsWith, 6 endsWith, 7 same hash. */
export function compare(a: ArrayBuffer, b: ArrayBuffer): i32 {
  const left = view(a);
  const right = view(b);
  let bits = (<i32>left.equals(right)) | ((<i32>left.equalsIgnoreCase(right)) << 1);
  bits |=
    ((<i32>left.equalsSecret(right)) << 2) | ((<i32>(left == right)) << 3) | ((<i32>(left != right)) << 4);
  bits |= ((<i32>left.startsWith(right)) << 5) | ((<i32>left.endsWith(right)) << 6);
  return bits | ((<i32>(left.hash() == right.hash())) << 7);
}

export function order(a: ArrayBuffer, b: ArrayBuffer): i32 {
  const order = view(a).compareTo(view(b));
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

export function indexOf(buffer: ArrayBuffer, byte: i32, from: i32): i32 {
  return view(buffer).indexOf(<u8>byte, from);
}

export function indexOfBytes(buffer: ArrayBuffer, part: ArrayBuffer, from: i32): i32 {
  return view(buffer).indexOfBytes(view(part), from);
}

export function slice(buffer: ArrayBuffer, from: i32, to: i32): ArrayBuffer {
  return view(buffer).slice(from, to).copy().buffer;
}

export function trim(buffer: ArrayBuffer): ArrayBuffer {
  return view(buffer).trim().copy().buffer;
}

export function lower(buffer: ArrayBuffer): ArrayBuffer {
  return view(buffer).toLowerCase().copy().buffer;
}

/** 1 when null compares as it should. */
export function nulls(): bool {
  const some: Bytes | null = Bytes.of("a");
  const none: Bytes | null = null;
  return some == Bytes.of("a") && !(some == none) && none == null && some != null && none != some;
}

export function murmur3(buffer: ArrayBuffer, seed: u32): u32 {
  return hash(view(buffer), seed);
}

/** What a builder makes of text, bytes, a number in decimal and hexadecimal digits, after room was reused. */
export function build(text: string, bytes: ArrayBuffer, high: i32, low: u32, capacity: i32): ArrayBuffer {
  const builder = new BytesBuilder(capacity).append("something before").clear();
  builder.append(text).appendByte(0x7c).append(view(bytes)).appendByte(0x7c);
  builder
    .appendDecimal(((<i64>high) << 32) | low)
    .append("|")
    .appendHex(view(bytes));
  const taken = builder.take();
  if (builder.length != 0) unreachable();
  builder.append("overwrites nothing that was taken").clear();
  return taken.copy().buffer;
}

let map = new BytesMap<string>();
let numbers = new BytesMap<i32>();

/** 0 set, 1 delete, 2 clear, 3 get; the size after it, or the length of the value that was found, -1 for none. */
export function mapStep(operation: i32, key: ArrayBuffer, value: string): i32 {
  const bytes = view(key);
  if (operation == 0) {
    map.set(bytes, value);
    numbers.set(bytes, value.length);
  } else if (operation == 1) {
    if (map.delete(bytes) != numbers.delete(bytes)) return -2;
  } else if (operation == 2) {
    map.clear();
    numbers.clear();
  } else {
    const found = map.get(bytes);
    // Not `!found`: an empty string is false, too.
    if (found === null) return map.has(bytes) || numbers.getOr(bytes, -1) != -1 ? -2 : -1;
    return numbers.getOr(bytes, -1) == found.length ? found.length : -2;
  }
  return map.size == numbers.size ? map.size : -2;
}

/** All entries as `key=value;` in their order, and that the ends are safe. */
export function mapEntries(): string {
  let text =
    map.keyAt(-1).length == 0 && map.valueAt(map.size) === null && numbers.valueAtOr(-1, 7) == 7
      ? ""
      : "unsafe";
  for (let i = 0; i < map.size; i++) {
    const value = map.valueAt(i);
    if (value !== null) text += map.keyAt(i).toString() + "=" + value + ";";
  }
  return text;
}
