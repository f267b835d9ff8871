import { monotonicTimeNanoseconds } from "../time";
import { appendDecimal, appendText, beginLine, endLine } from "./line";

const DEBUG: u32 = 1;
const INFO: u32 = 2;
const WARN: u32 = 3;
const ERROR_LEVEL: u32 = 4;

/** Timers that may run at once: labels that nobody ends must not fill the memory. */
const MAX_TIMERS: i32 = 256;

/** When each running timer began, in nanoseconds, by its label. */
// @ts-ignore: decorator
@lazy
const timers = new Map<string, i64>();

/**
 * The console (WHATWG Console Standard) on the host's log: `log` and `info` at Info, `debug` at Debug, `warn` at Warn,
 * `error` at Error. A message of more than 4096 bytes goes on in further lines.
 */
export namespace console {
  /** Logs "Assertion failed" at Error, with `message` when it is not empty, if `condition` does not hold; never traps. */
  export function assert(condition: bool, message: string): void {
    if (condition) return;
    beginLine(ERROR_LEVEL);
    appendText(message.length > 0 ? "Assertion failed: " : "Assertion failed");
    appendText(message);
    endLine();
  }

  export function log(message: string): void {
    write(INFO, message);
  }

  export function debug(message: string): void {
    write(DEBUG, message);
  }

  export function info(message: string): void {
    write(INFO, message);
  }

  export function warn(message: string): void {
    write(WARN, message);
  }

  export function error(message: string): void {
    write(ERROR_LEVEL, message);
  }

  /** Starts timer `label`; warns when it runs already, or when 256 others do. */
  export function time(label: string): void {
    if (timers.has(label)) complain(label, " runs already");
    else if (timers.size >= MAX_TIMERS) complain(label, " does not start: too many run");
    else timers.set(label, monotonicTimeNanoseconds());
  }

  /** Logs the milliseconds of timer `label` at Info; warns when it does not run. */
  export function timeLog(label: string): void {
    if (!timers.has(label)) return complain(label, " does not run");
    const elapsed = <u64>max<i64>(monotonicTimeNanoseconds() - timers.get(label), 0);
    beginLine(INFO);
    appendText(label);
    appendText(": ");
    appendDecimal(elapsed / 1_000_000);
    appendText(".");
    appendDecimal((elapsed / 1000) % 1000, 3);
    appendText("ms");
    endLine();
  }

  /** The same, and stops the timer. */
  export function timeEnd(label: string): void {
    timeLog(label);
    timers.delete(label);
  }
}

function write(level: u32, message: string): void {
  beginLine(level);
  appendText(message);
  endLine();
}

function complain(label: string, what: string): void {
  beginLine(WARN);
  appendText("console timer ");
  appendText(label);
  appendText(what);
  endLine();
}
