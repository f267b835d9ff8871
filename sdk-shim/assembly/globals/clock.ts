import { numberOut } from "../abi/memory";
import * as wasi from "../abi/wasi_snapshot_preview1";
import { monotonicTimeNanoseconds } from "../time";

/** The wall clock of WASI preview 1 (`clockid_t`): unlike that of proxy-wasm, it may be asked at top level too. */
const REALTIME: u32 = 0;

export namespace Date {
  /** Milliseconds since 1970-01-01 UTC; 0 when the host has no clock. */
  export function now(): i64 {
    return wasi.clock_time_get(REALTIME, 1, numberOut) == 0 ? load<i64>(numberOut) / 1_000_000 : 0;
  }
}

export namespace performance {
  /** Milliseconds of the clock that never steps (W3C High Resolution Time). */
  export function now(): f64 {
    return <f64>monotonicTimeNanoseconds() / 1e6;
  }
}
