import {
  BACKTRACE,
  type Candidate,
  hasFrame,
  symbolizeBacktrace,
  type SymbolizedBacktrace,
} from "./backtrace.ts";

/** A trap that a log tells of. */
export interface LoggedTrap extends SymbolizedBacktrace {
  /** The function that Envoy had called, and what went wrong, as far as the log has them. */
  readonly entry?: string;
  readonly error?: string;
}

/** Lines of a log, with the trap that they tell of if they are a backtrace. */
export interface LogPart {
  readonly lines: readonly string[];
  readonly trap?: LoggedTrap;
}

const FAILURE = /Function: (\w+) failed: (.*?)(?:\\n.*)?$/;

/**
 * Finds the backtraces in a log of Envoy, and has them name functions, files and lines. It does not matter what stands
 * before each line, nor whether Envoy wrote line feeds as `\n` (`--log-format-escaped`).
 */
export class LogSymbolizer {
  readonly #candidates: readonly Candidate[];
  /** The line before the backtrace, which tells what went wrong. */
  #before = "";
  #pending: string[] | undefined;

  /** @param candidates the modules that may have trapped */
  constructor(candidates: readonly Candidate[]) {
    this.#candidates = candidates;
  }

  /** Takes one line of the log; returns what is complete by now. */
  take(line: string): LogPart[] {
    if (this.#pending && hasFrame(line) && !line.includes(BACKTRACE)) {
      this.#pending.push(line);
      return [];
    }
    const done = this.end();
    if (line.includes(BACKTRACE)) this.#pending = [line];
    else {
      this.#before = line;
      done.push({ lines: [line] });
    }
    return done;
  }

  /** What is left when the log has ended. */
  end(): LogPart[] {
    const pending = this.#pending;
    if (!pending) return [];
    this.#pending = undefined;
    const { text, backtrace } = symbolizeBacktrace(pending.join("\n"), this.#candidates);
    const [, entry, error] = FAILURE.exec(pending[0] ?? "") ?? FAILURE.exec(this.#before) ?? [];
    const what = { ...(entry !== undefined && { entry }), ...(error !== undefined && { error }) };
    return [{ lines: text.split("\n"), trap: { ...backtrace, ...what } }];
  }
}
