/** From whatever was thrown to one message that says what to do, and an exit code. */
import { CommanderError } from "commander";
import { EnvoyNotFoundError, EnvoyStartError } from "../../envoy/errors.ts";
import { ImageError } from "../../images/index.ts";
import { CompileError } from "../../wasm/build.ts";

/** Exit codes of every command. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

/** Takes the exit code of a command that has done its work and reported a failure itself. */
export type SetExitCode = (code: number) => void;

/** Something went wrong in a way that the message fully explains: no stack trace is needed. */
export class CliError extends Error {
  override readonly name: string = "CliError";
  readonly exitCode: number = EXIT.failed;
}

/** The command was not called as it wants to be called. */
export class UsageError extends CliError {
  override readonly name = "UsageError";
  override readonly exitCode = EXIT.usage;
}

/** What the user is told about an error. */
export interface Explanation {
  /** Without "sidecraft: " before it; "" if everything has been said already. */
  readonly message: string;
  readonly exitCode: number;
}

/** Explains an error in words for the user; what is not foreseen is called a bug. */
export function explain(error: unknown): Explanation {
  // Commander has written its message, or the help that was asked for.
  if (error instanceof CommanderError)
    return { message: "", exitCode: error.exitCode === 0 ? EXIT.ok : EXIT.usage };
  if (error instanceof CliError) return { message: error.message, exitCode: error.exitCode };
  if (error instanceof CompileError) {
    const message = `the filter ${error.filter} does not compile; correct what the compiler reports:\n${error.diagnostics}`;
    return { message, exitCode: EXIT.failed };
  }
  if (error instanceof EnvoyNotFoundError) return { message: error.message, exitCode: EXIT.failed };
  if (error instanceof EnvoyStartError) return { message: explainStart(error), exitCode: EXIT.failed };
  if (error instanceof ImageError) return { message: error.message, exitCode: EXIT.failed };
  const text = error instanceof Error ? error.message : String(error);
  return {
    message: `unexpected: ${text}\nThe same command with --debug shows where it comes from.`,
    exitCode: EXIT.failed,
  };
}

function explainStart(error: EnvoyStartError): string {
  switch (error.failure.kind) {
    case "port-taken":
      return `port ${error.failure.port} is taken by another program: stop that program, or choose another port`;
    case "refused":
      return `Envoy did not start; it says why:\n${error.message}`;
    case "hang":
    case "engine":
      return error.message;
    case "timeout":
      return `${error.message}\nIs the machine very busy? \`sidecraft doctor\` looks at what Envoy needs.`;
  }
}
