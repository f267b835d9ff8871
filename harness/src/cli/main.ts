/** Entry of the command line: runs one command, tells what went wrong, sets the exit code. */
import { pathToFileURL } from "node:url";
import { makeProgram } from "./program.ts";
import { debugWanted } from "./support/common-options.ts";
import { EXIT, explain } from "./support/errors.ts";
import { note, noteColors } from "./support/terminal.ts";

/**
 * Runs a command.
 *
 * @param args what stands after `sidecraft`
 * @returns the exit code: 0 done, 1 failed, 2 called wrongly
 */
export async function runCli(args: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = makeProgram((code) => (exitCode = code));
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    const explained = explain(error);
    if (explained.message !== "") {
      note(`${noteColors.red("sidecraft:")} ${explained.message}`);
    }
    if (debugWanted(args) && error instanceof Error) note(error.stack ?? String(error));
    return explained.exitCode;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  // Who reads only the beginning of the output (`| head`) has what he wanted.
  process.stdout.on("error", (error: NodeJS.ErrnoException) =>
    process.exit(error.code === "EPIPE" ? EXIT.ok : EXIT.failed),
  );
  process.exitCode = await runCli(process.argv.slice(2));
}
