/** Ctrl-C and its relatives. */
import { constants } from "node:os";
import { CliError } from "./errors.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Milliseconds that an orderly end may take. */
const GRACE_MS = 8_000;

/**
 * Decides what a signal does to a command: first it ends the process at once (what was started is ended by its own
 * exit hooks), later, when the command only waits to be told to end, it ends the waiting.
 */
export class Interruption implements Disposable {
  /** Resolves with the first signal that comes after `endGently` was called. */
  readonly came: Promise<NodeJS.Signals>;
  readonly #resolve: (signal: NodeJS.Signals) => void;
  #gentle = false;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
    this.came = promise;
    this.#resolve = resolve;
    for (const signal of SIGNALS) process.on(signal, this.#onSignal);
  }

  /** From now on a signal resolves `came`. A terminal and npm may both send it, so a repeated one changes nothing. */
  endGently(): void {
    this.#gentle = true;
  }

  [Symbol.dispose](): void {
    for (const signal of SIGNALS) process.off(signal, this.#onSignal);
  }

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    const code = signalExitCode(signal);
    if (!this.#gentle) process.exit(code);
    this.#resolve(signal);
    setTimeout(() => process.exit(code), GRACE_MS).unref();
  };
}

/** A command was told to end before it was done. */
export class InterruptedError extends CliError {
  override readonly name = "InterruptedError";
  override readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super(`interrupted (${signal})`);
    this.exitCode = signalExitCode(signal);
  }
}

/** Exit code of a process that a signal has ended, as shells have it. */
function signalExitCode(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}
