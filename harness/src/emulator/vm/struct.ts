/** `google.protobuf.Struct`, `Value` and `ListValue` in binary, as protobuf libraries write them. */

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return Buffer.from([...bytes, value]);
}

/** A length-delimited field. */
export function field(number: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of((number << 3) | 2), varint(content.length), content]);
}

/** A map entry of `Struct.fields` with any bytes as its value. */
export function entry(key: string | Uint8Array, value: Uint8Array): Buffer {
  return field(1, Buffer.concat([field(1, Buffer.from(key as Uint8Array)), field(2, value)]));
}

/** The message `Struct` that stands for a JSON object. */
export function encodeStruct(object: Record<string, unknown>): Buffer {
  return Buffer.concat(Object.entries(object).map(([key, value]) => entry(key, encodeValue(value))));
}

/** The message `Value` that stands for a JSON value. */
export function encodeValue(value: unknown): Buffer {
  if (value === null) return Buffer.of(0x08, 0);
  if (typeof value === "boolean") return Buffer.of(0x20, Number(value));
  if (typeof value === "string") return field(3, Buffer.from(value));
  if (Array.isArray(value)) {
    return field(6, Buffer.concat(value.map((item) => field(1, encodeValue(item)))));
  }
  if (typeof value === "object") return field(5, encodeStruct(value as Record<string, unknown>));
  const number = Buffer.alloc(9, 0x11);
  number.writeDoubleLE(value as number, 1);
  return number;
}
