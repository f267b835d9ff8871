/** The option that every command has. */
import type { Command } from "commander";

/** Adds `--debug` to a command and, under its help, examples. */
export function withCommon(
  command: Command,
  examples: readonly (readonly [call: string, what: string])[],
): Command {
  const width = Math.max(...examples.map(([call]) => call.length));
  const lines = examples.map(([call, what]) => `  $ ${call.padEnd(width)}   ${what}`);
  return command
    .option("--debug", "show where an error comes from (stack trace)")
    .addHelpText("after", `\nExamples:\n${lines.join("\n")}`);
}

/** Whether `--debug` stands among the arguments. */
export function debugWanted(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return args.slice(0, end < 0 ? undefined : end).includes("--debug");
}
