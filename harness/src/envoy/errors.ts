/** What can go wrong on the way to a running Envoy. */
import type { ResolveStep } from "./installation.ts";
import { complaints } from "./log.ts";

/** As many lines of Envoy's log as help. */
const LAST_WORDS = 20;

/** No usable Envoy. The message says what was tried and how to get one. */
export class EnvoyNotFoundError extends Error {
  override readonly name = "EnvoyNotFoundError";
  /** What was tried, in order. */
  readonly steps: readonly ResolveStep[];

  /**
   * @param message what is wrong and what to do
   * @param steps what was tried, in order
   */
  constructor(message: string, steps: readonly ResolveStep[]) {
    super(message);
    this.steps = steps;
  }
}

/** Why Envoy did not come up. */
export type StartFailure =
  /** Another program listens on the port that was asked for. */
  | { readonly kind: "port-taken"; readonly port: number }
  /** Envoy ended by itself: it refused its configuration, a module or a plugin configuration. */
  | { readonly kind: "refused" }
  /** Envoy runs, but was not ready in time. */
  | { readonly kind: "timeout"; readonly afterMs: number };

/** Envoy did not come up. The message carries Envoy's own last words where it had any. */
export class EnvoyStartError extends Error {
  override readonly name = "EnvoyStartError";
  readonly failure: StartFailure;
  /** Lines of Envoy's log that tell why, oldest first. */
  readonly lines: readonly string[];

  /**
   * @param summary first line of the message
   * @param failure the cause, for programs
   * @param lines lines of Envoy's log that tell why
   * @param options the error behind it, if there is one
   */
  constructor(summary: string, failure: StartFailure, lines: readonly string[] = [], options?: ErrorOptions) {
    super([summary, ...lines.map((line) => `  ${line}`)].join("\n"), options);
    this.failure = failure;
    this.lines = lines;
  }

  /** The error for a port that another program holds. */
  static portTaken(port: number, options?: ErrorOptions): EnvoyStartError {
    const summary = `port ${port} is taken by another program: stop that program, or choose another port (0 takes a free one)`;
    return new EnvoyStartError(summary, { kind: "port-taken", port }, [], options);
  }

  /**
   * The error for an Envoy that ended while starting, or refused a filter.
   *
   * @param summary first line of the message
   * @param output everything that Envoy printed
   */
  static refused(summary: string, output: readonly string[]): EnvoyStartError {
    const lines = complaints(output).slice(-LAST_WORDS);
    const taken = /cannot bind '?[^']*:(\d+)'?: Address already in use/.exec(lines.join("\n"))?.[1];
    return taken === undefined
      ? new EnvoyStartError(summary, { kind: "refused" }, lines)
      : EnvoyStartError.portTaken(Number(taken));
  }

  /** The error for an Envoy that runs, but was not ready in time. */
  static timeout(afterMs: number, output: readonly string[]): EnvoyStartError {
    const lines = complaints(output).slice(-LAST_WORDS);
    return new EnvoyStartError(
      `Envoy was not ready within ${afterMs} ms`,
      { kind: "timeout", afterMs },
      lines,
    );
  }
}
