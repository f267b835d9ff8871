// What every fuzz target has: its input, cut into parts where it wants several, and a place for its output.

import { Bytes, BytesBuilder } from "proxy-wasm-as-sdk";
import { leave } from "proxy-wasm-as-sdk/assembly/abi/heap";
import { enter } from "proxy-wasm-as-sdk/assembly/abi/nesting";
import { forgetHeaders } from "proxy-wasm-as-sdk/assembly/headers";

/** Bytes around the input: what reads beside it sees them, and the fuzzer changes them. */
const MARGIN: i32 = 64;

/** The bytes under test. */
export let input: Bytes = Bytes.EMPTY;
/** What a target found, for the fuzzer to compare. */
export const out = new BytesBuilder(4096);

let at = 0;

/** Makes room for an input of `size` bytes between bytes that are `around`; the fuzzer writes to the address. */
export function begin(size: i32, around: i32): usize {
  enter();
  const buffer = new ArrayBuffer(size + 2 * MARGIN);
  memory.fill(changetype<usize>(buffer), <u8>around, <usize>buffer.byteLength);
  input = new Bytes(buffer, MARGIN, size);
  at = 0;
  out.clear();
  return input.ptr;
}

/** Where the output is. */
export function outputAddress(): usize {
  return out.ptr;
}

/** How many bytes it has. */
export function outputSize(): i32 {
  return out.length;
}

/** Ends a run as callbacks end: what was read is forgotten, and garbage collected. */
export function end(): void {
  input = Bytes.EMPTY;
  forgetHeaders();
  leave();
}

/** The input up to the next NUL, and what follows it the next time; empty at the end. */
export function part(): Bytes {
  const from = at;
  const found = input.indexOf(0, from);
  const to = found < 0 ? input.length : found;
  at = to + 1;
  return input.slice(from, to);
}

/** What `part` has not handed out yet. */
export function rest(): Bytes {
  return input.slice(at);
}

/** Whether `part` has reached the end. */
export function isOver(): bool {
  return at >= input.length;
}

/** The input's bytes from `from` on as a little-endian number; those that are not there count as 0. */
export function number(from: i32): i64 {
  let value: i64 = 0;
  for (let i = 7; i >= 0; i--) value = (value << 8) | input.at(from + i);
  return value;
}

/** Appends `value`, or a mark for null. */
export function tell(value: Bytes | null): void {
  if (value) out.append("=").append(value);
  else out.append("null");
}
