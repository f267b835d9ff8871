import * as env from "./abi/env";
import { numberOut } from "./abi/memory";
import { Status } from "./abi/types";

/** Wall-clock time in nanoseconds since 1970-01-01 UTC; it can step. 0 when the host has no clock. */
export function currentTimeNanoseconds(): i64 {
  return env.proxy_get_current_time_nanoseconds(numberOut) == Status.Ok ? load<i64>(numberOut) : 0;
}
