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
  /** What `logLevel` says when the host logs nothing; no line has it. */
  Off = 6,
}

/**
 * The lowest level that the host writes, `LogLevel.Off` when it writes none; Trace when it does not say. It can change
 * while the host runs.
 *
 * @example
 * export function isVerbose(): bool {
 *   return logLevel() <= LogLevel.Debug;
 * }
 */
export function logLevel(): LogLevel {
  return env.proxy_get_log_level(numberOut) == Status.Ok ? <LogLevel>load<i32>(numberOut) : LogLevel.Trace;
}

/** True when the host writes lines of `level`: ask before building a text, which costs more than asking. */
export function isLogged(level: LogLevel): bool {
  return level >= logLevel();
}

/** Writes `message`, a string or Bytes, to the host's log. Never log a secret. */
export function log<T>(level: LogLevel, message: T): void {
  const text = bytesOf<T>(message);
  env.proxy_log(level, text.ptr, text.length);
}
