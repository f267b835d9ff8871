import * as env from "./abi/env";
import { numberOut } from "./abi/memory";
import { Status } from "./abi/types";
import { bytesOf } from "./text";

/** Severity of a log line (`proxy_log_level_t`). */
export enum LogLevel {
  Trace = 0,
  Debug = 1,
  Info = 2,
  Warn = 3,
  Error = 4,
  Critical = 5,
}

/** True when the host writes lines of `level`: ask before building a text, which costs more than asking. */
export function isLogged(level: LogLevel): bool {
  return env.proxy_get_log_level(numberOut) != Status.Ok || <u32>level >= load<u32>(numberOut);
}

/** Writes `message`, a string or Bytes, to the host's log. Never log a secret. */
export function log<T>(level: LogLevel, message: T): void {
  const text = bytesOf<T>(message);
  env.proxy_log(level, text.ptr, text.length);
}
