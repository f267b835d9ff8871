import { encodePairs, type Pair } from "../../abi/index.ts";
import { HostFunctionNotEmulated } from "../errors.ts";

/** A property value as Envoy 1.40 encodes it: text raw, integers, times and durations as 8 bytes, bool as one. */
export type Value = Uint8Array;

const EMPTY = new Uint8Array();
const EMPTY_MAP = new Uint8Array(4);

/** A message that is not set, or null: no bytes. */
export const unset: Value = EMPTY;

/** For attributes that only a real proxy has. @throws HostFunctionNotEmulated */
export function notEmulated(name: string): never {
  throw new HostFunctionNotEmulated(`property ${name}`);
}

/** A byte string. */
export function text(value: string): Value {
  return Buffer.from(value, "latin1");
}

/** A signed or unsigned 64-bit integer, a timestamp or a duration in nanoseconds. */
export function integer(value: number | bigint): Value {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
  return bytes;
}

/** A 64-bit floating-point number. */
export function double(value: number): Value {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}

/** A bool. */
export function bool(value: boolean): Value {
  return Uint8Array.of(value ? 1 : 0);
}

/** A map of text. An empty one is a count of 0, other than an empty header map. */
export function map(value: readonly Pair[]): Value {
  return value.length === 0 ? EMPTY_MAP : encodePairs(value);
}
