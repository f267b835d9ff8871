// What a parser must not do, each on an exclamation mark, to see that the fuzzer notices.

import { input, out } from "./frame";

const MARK: u8 = 0x21;

export function defectTrap(): void {
  if (input.indexOf(MARK) >= 0) unreachable();
}

export function defectLoop(): void {
  let at = input.indexOf(MARK);
  while (at >= 0) at = input.indexOf(MARK, at);
}

export function defectOverread(): void {
  out.appendByte(load<u8>(input.ptr + input.length));
}

export function defectMemory(): void {
  if (input.indexOf(MARK) >= 0) out.appendDecimal(new ArrayBuffer(20 << 20).byteLength);
}
