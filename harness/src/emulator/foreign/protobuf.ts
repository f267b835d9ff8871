/** Fields of a protobuf message: the last value of each number. Only varints and length-delimited fields count. */
export type Fields = ReadonlyMap<number, bigint | Buffer>;

/** Reads a flat message (protobuf wire format). @returns undefined if it is malformed */
export function readFields(bytes: Buffer): Fields | undefined {
  const fields = new Map<number, bigint | Buffer>();
  let at = 0;
  const varint = (): bigint | undefined => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) return undefined;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    return undefined;
  };
  while (at < bytes.length) {
    const tag = varint();
    if (tag === undefined) return undefined;
    const number = Number(tag >> 3n);
    const type = Number(tag & 7n);
    if (type === 1 || type === 5) at += type === 1 ? 8 : 4;
    else {
      const value = varint();
      if (value === undefined || (type !== 0 && type !== 2)) return undefined;
      if (type === 0) fields.set(number, value);
      else {
        fields.set(number, bytes.subarray(at, at + Number(value)));
        at += Number(value);
      }
    }
    if (at > bytes.length) return undefined;
  }
  return fields;
}

/** A message with one bool and strings or bytes; what has its default value is left out. */
export function writeFields(
  fields: readonly (readonly [number: number, value: boolean | Uint8Array])[],
): Buffer {
  const parts: Uint8Array[] = [];
  for (const [number, value] of fields) {
    if (value === false || (value !== true && value.length === 0)) continue;
    if (value === true) parts.push(Uint8Array.of(number << 3, 1));
    else parts.push(Uint8Array.of((number << 3) | 2), writeVarint(value.length), value);
  }
  return Buffer.concat(parts);
}

function writeVarint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Uint8Array.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}
