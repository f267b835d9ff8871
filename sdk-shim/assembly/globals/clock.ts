import { numberOut } from "../abi/memory";
import * as wasi from "../abi/wasi_snapshot_preview1";

/** Clocks of WASI (`clockid`). */
const REALTIME: u32 = 0;
const MONOTONIC: u32 = 1;

/** Nanoseconds of `clock`; 0 when the host has none. Unlike the time of proxy-wasm, it may be asked for at the top level. */
function nanoseconds(clock: u32): i64 {
  return wasi.clock_time_get(clock, 1, numberOut) == 0 ? load<i64>(numberOut) : 0;
}

/** Nanoseconds of a clock that never steps, from an arbitrary beginning; 0 when the host has none. */
export function monotonicTime(): i64 {
  return nanoseconds(MONOTONIC);
}

export namespace Date {
  /** Milliseconds since 1970-01-01 UTC; 0 when the host has no clock. */
  export function now(): i64 {
    return nanoseconds(REALTIME) / 1_000_000;
  }
}

export namespace performance {
  /** Milliseconds of the clock that never steps (W3C High Resolution Time). */
  export function now(): f64 {
    return <f64>monotonicTime() / 1e6;
  }
}
