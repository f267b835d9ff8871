import * as env from "./abi/env";
import { numberOut } from "./abi/memory";
import { Status } from "./abi/types";
import { bytesOf } from "./text";

/**
 * Severity of a log line (`proxy_log_level_t`).
 *
 * @example
 * ```ts
 * log(LogLevel.Info, "one line");
 * ```
 */
export enum LogLevel {
  /** Every step, for somebody who follows one request. */
  Trace = 0,
  /** What helps to find a defect. */
  Debug = 1,
  /** What an operator may want to know. */
  Info = 2,
  /** Something is odd, and handled. */
  Warn = 3,
  /** Something failed. */
  Error = 4,
  /** Nothing works any more. */
  Critical = 5,
  /** What `logLevel` says when the host logs nothing; no line has it. */
  Off = 6,
}

/**
 * The lowest level that the host writes, `LogLevel.Off` when it writes none; Trace when it does not say. It can change
 * while the host runs.
 *
 * @example
 * ```ts
 * export function isVerbose(): bool {
 *   return logLevel() <= LogLevel.Debug;
 * }
 * ```
 */
export function logLevel(): LogLevel {
  return env.proxy_get_log_level(numberOut) == Status.Ok ? <LogLevel>load<i32>(numberOut) : LogLevel.Trace;
}

/**
 * True when the host writes lines of `level`: ask before building a text, which costs more than asking.
 *
 * @example
 * ```ts
 * function explain(path: Bytes): void {
 *   // The text is put together only where somebody reads it.
 *   if (isLogged(LogLevel.Debug)) log(LogLevel.Debug, new BytesBuilder().append("path ").append(path).take());
 * }
 * ```
 */
export function isLogged(level: LogLevel): bool {
  return level >= logLevel();
}

/**
 * Writes `message`, a string or Bytes, to the host's log. Never log a secret.
 *
 * @example
 * ```ts
 * class LoggingFilter extends HttpFilter {
 *   onLog(): void {
 *     const status = this.responseHeaders.get(":status");
 *     log(LogLevel.Info, new BytesBuilder().append("status ").append(status).take());
 *   }
 * }
 * ```
 */
export function log<T>(level: LogLevel, message: T): void {
  const text = bytesOf<T>(message);
  env.proxy_log(level, text.ptr, text.length);
}
