import { numberOut } from "../abi/memory";
import * as wasi from "../abi/wasi_snapshot_preview1";
import { appendText, beginLine, endLine } from "./line";

const CRITICAL: u32 = 5;

/** The most bytes that Envoy gives at once. */
const MAX_SIZE: i32 = 65536;

export namespace crypto {
  /** Fills `array` from the host's secure source; traps when there is none, since what is in it would be no secret. */
  export function getRandomValues(array: Uint8Array): void {
    for (let at = 0; at < array.length; at += MAX_SIZE) {
      const size = min(array.length - at, MAX_SIZE);
      if (wasi.random_get(array.dataStart + at, size) != 0) refuse();
    }
  }
}

function refuse(): void {
  beginLine(CRITICAL);
  appendText("crypto.getRandomValues: the host gives no random bytes");
  endLine();
  unreachable();
}

/** Seeds `Math.random`, at its first use in each VM: no two workers draw the same numbers. */
export function seed(): f64 {
  store<u64>(numberOut, 0);
  wasi.random_get(numberOut, sizeof<u64>());
  return load<f64>(numberOut);
}
