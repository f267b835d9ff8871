import * as env from "./abi/env";
import { numberOut } from "./abi/memory";
import { Status } from "./abi/types";
import * as wasi from "./abi/wasi_snapshot_preview1";

/**
 * Wall-clock time in nanoseconds since 1970-01-01 UTC; it can step. 0 when the host has no clock.
 *
 * @example
 * ```ts
 * function secondsNow(): i64 {
 *   return currentTimeNanoseconds() / 1000000000;
 * }
 * ```
 */
export function currentTimeNanoseconds(): i64 {
  return env.proxy_get_current_time_nanoseconds(numberOut) == Status.Ok ? load<i64>(numberOut) : 0;
}

/** The monotonic clock of WASI preview 1 (`clockid_t`). */
const MONOTONIC: u32 = 1;

/**
 * Nanoseconds since some moment in the past, by a clock that never steps back: for measuring how long something took
 * (WASI preview 1, `clock_time_get`). 0 when the host has no such clock. It may be asked at top level too.
 *
 * @example
 * ```ts
 * class Timed extends HttpFilter {
 *   private begun: i64 = 0;
 *
 *   onRequestHeaders(endOfStream: bool): Action {
 *     this.begun = monotonicTimeNanoseconds();
 *     return Action.Continue;
 *   }
 *
 *   onLog(): void {
 *     const taken = monotonicTimeNanoseconds() - this.begun;
 *     log(LogLevel.Info, "took " + (taken / 1000).toString() + " microseconds");
 *   }
 * }
 * ```
 */
export function monotonicTimeNanoseconds(): i64 {
  return wasi.clock_time_get(MONOTONIC, 1, numberOut) == 0 ? load<i64>(numberOut) : 0;
}
