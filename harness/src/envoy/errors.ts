/** What can go wrong on the way to a running Envoy. */
import type { ResolveStep } from "./installation.ts";
import { complaints } from "./log.ts";
import { refusedPlace } from "./refused-place.ts";
import type { EnvoyExit } from "./options.ts";

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

/** Functions of a module that Envoy calls on its main thread, before it is ready and when a configuration comes. */
const START_FUNCTIONS =
  "_initialize, _start, proxy_on_context_create, proxy_on_vm_start or proxy_on_configure";

/** What to think of an Envoy whose main thread does not answer. */
export const MAIN_THREAD_HANGS =
  `Its main thread does not answer: probably a module does not come back from ${START_FUNCTIONS}. ` +
  "The emulator finds such loops and names the place.";

/** Envoy has ended by itself: a crash, for instance because a module did what Envoy does not survive. */
export class EnvoyEndedError extends Error {
  override readonly name = "EnvoyEndedError";
  readonly exit: EnvoyExit;

  /**
   * @param exit how it ended
   * @param output everything that it printed
   * @param options what was seen of it first
   */
  constructor(exit: EnvoyExit, output: readonly string[], options?: ErrorOptions) {
    const how = exit.signal ?? (exit.status === null ? "status unknown" : `status ${exit.status}`);
    const words = complaints(output).slice(-LAST_WORDS);
    super([`Envoy has ended by itself (${how}); its last words:`, ...words].join("\n  "), options);
    this.exit = exit;
  }
}

/** A worker of Envoy does not answer any more, and never will. */
export class WorkerHangError extends Error {
  override readonly name = "WorkerHangError";

  /** @param worker its name in Envoy's statistics */
  constructor(worker: string) {
    super(
      `Envoy's ${worker} does not answer any more (its watchdog says so): probably a filter is in a loop that never ends. ` +
        "Envoy has no bound for that; the emulator finds such loops and names the place.",
    );
  }
}

/** Why Envoy did not come up. */
export type StartFailure =
  /** Another program listens on the port that was asked for. */
  | { readonly kind: "port-taken"; readonly port: number }
  /** Envoy ended by itself: it refused its configuration, a module or a plugin configuration. */
  | { readonly kind: "refused" }
  /** Envoy runs, but was not ready in time; "hang" if its main thread does not even answer. */
  | { readonly kind: "timeout" | "hang"; readonly afterMs: number }
  /** The Docker engine does not answer, or cannot make the container. */
  | { readonly kind: "engine" };

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
   * @param config the text of its configuration, to show the line that Envoy means
   */
  static refused(summary: string, output: readonly string[], config?: string): EnvoyStartError {
    const lines = complaints(output).slice(-LAST_WORDS);
    const taken = /cannot bind '?[^']*:(\d+)'?: Address already in use/.exec(lines.join("\n"))?.[1];
    if (taken !== undefined) return EnvoyStartError.portTaken(Number(taken));
    const place = config === undefined ? [] : refusedPlace(lines.join("\n"), config);
    return new EnvoyStartError(summary, { kind: "refused" }, [...lines, ...place]);
  }

  /**
   * The error for a Docker engine that does not do its part.
   *
   * @param summary what it could not do, why, and what to do about it
   */
  static engine(summary: string, options?: ErrorOptions): EnvoyStartError {
    return new EnvoyStartError(summary, { kind: "engine" }, [], options);
  }

  /**
   * The error for an Envoy that runs, but was not ready in time.
   *
   * @param afterMs how long it had
   * @param output everything that it printed
   * @param hangs whether its main thread does not answer, rather than that something else takes long
   */
  static timeout(afterMs: number, output: readonly string[], hangs = false): EnvoyStartError {
    const lines = complaints(output).slice(-LAST_WORDS);
    const cause = hangs ? `. ${MAIN_THREAD_HANGS}` : "";
    return new EnvoyStartError(
      `Envoy was not ready within ${afterMs} ms${cause}`,
      { kind: hangs ? "hang" : "timeout", afterMs },
      lines,
    );
  }
}
