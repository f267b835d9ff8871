import { type Target, differs } from "./target.ts";

const MAX_FIELD = 2n ** 29n - 1n;
const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);
const i64 = (value: bigint): bigint => BigInt.asIntN(64, value);

/** `value` as protobuf writes an integer. */
function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}

/** The integer at `at` and where it ends; undefined when it is cut off or has more than 64 bits. */
function readVarint(input: Buffer, at: number): { readonly value: bigint; readonly end: number } | undefined {
  let value = 0n;
  for (let i = 0; i < 10; i++) {
    const byte = input[at + i];
    if (byte === undefined) return undefined;
    value |= BigInt(byte & 127) << BigInt(7 * i);
    if (byte < 128) return value < 2n ** 64n ? { value, end: at + i + 1 } : undefined;
  }
  return undefined;
}

interface Field {
  readonly value: bigint;
  readonly bytes: Buffer;
  readonly end: number;
}

/** The value of wire type `type` at `at` (protobuf encoding, "Message Structure"). */
function readValue(input: Buffer, type: bigint, at: number): Field | undefined {
  const bytes = Buffer.alloc(0);
  const size = type === 1n ? 8 : 4;
  if (type === 1n || type === 5n) {
    if (at + size > input.length) return undefined;
    const value = size === 8 ? input.readBigUInt64LE(at) : BigInt(input.readUInt32LE(at));
    return { value, bytes, end: at + size };
  }
  const number = type === 0n || type === 2n ? readVarint(input, at) : undefined;
  if (!number || type === 0n) return number && { ...number, bytes };
  const end = number.end + Number(number.value);
  return end > input.length ? undefined : { value: 0n, bytes: input.subarray(number.end, end), end };
}

function check(input: Buffer, output: Buffer): string | undefined {
  const written: Buffer[] = [];
  let wanted = "";
  let isValid = true;
  for (let at = 0; at < input.length && isValid;) {
    const tag = readVarint(input, at);
    const field = (tag?.value ?? 0n) >> 3n;
    const isField = tag !== undefined && field > 0n && field <= MAX_FIELD;
    const found = isField ? readValue(input, tag.value & 7n, tag.end) : undefined;
    isValid = found !== undefined;
    if (!found) break;
    const { value, bytes } = found;
    const signed = i64((value >> 1n) ^ -(value & 1n));
    wanted += `${field} ${i64(value)} ${bytes.toString("hex")} ${signed} ${value !== 0n}\n`;
    const number = [varint(field << 3n), varint(value), varint(field << 3n), varint(u64(value))];
    written.push(
      ...(bytes.length > 0 ? [varint((field << 3n) | 2n), varint(BigInt(bytes.length)), bytes] : number),
    );
    at = found.end;
  }
  return differs(`${wanted}${isValid ? "+" : "-"} ${Buffer.concat(written).toString("hex")}`, output);
}

export const protobufTargets: readonly Target[] = [
  {
    name: "protobuf",
    seeds: [
      "08ffffffffffffffffff01",
      "0a0568656c6c6f1001",
      "0d000080bf11000000000000f03f",
      "f8ffffff0f00",
      "0b0c",
    ].map((hex) => Buffer.from(hex, "hex")),
    words: [
      "08",
      "0a",
      "0d",
      "09",
      "ffffffffffffffffff01",
      "ffffffffffffffffff02",
      "80808080808080808000",
      "ffffffff0f",
    ].map((hex) => Buffer.from(hex, "hex")),
    check,
  },
];
