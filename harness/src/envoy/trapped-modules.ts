/** The modules that an Envoy runs, for the lines of their sources in its backtraces. */
import { existsSync, readFileSync } from "node:fs";
import { BACKTRACE, type Candidate, symbolizeBacktrace } from "../symbols/backtrace.ts";
import { Symbols } from "../symbols/symbols.ts";

/** Module files, read when something traps. */
export class TrappedModules {
  readonly #paths = new Set<string>();

  /** One more module that may trap. */
  add(wasmPath: string): void {
    this.#paths.add(wasmPath);
  }

  /** `message` with functions and source lines in its backtrace, if it has one and it is that of a known module. */
  symbolize(message: string): string {
    if (!message.includes(BACKTRACE)) return message;
    const { text, backtrace } = symbolizeBacktrace(message, this.#candidates());
    const lack = backtrace.candidate?.symbols.lack;
    return lack === undefined ? text : `${text}\n  (${lack})`;
  }

  #candidates(): Candidate[] {
    return [...this.#paths].flatMap((name) => {
      if (!existsSync(name)) return [];
      try {
        return [{ name, symbols: Symbols.asFarAsKnown(name, readFileSync(name)) }];
      } catch (error) {
        // A module that only a test could think of; Envoy tells what it thinks of it.
        if (error instanceof RangeError) return [];
        throw error;
      }
    });
  }
}
