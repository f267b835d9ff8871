/** All commands of `sidecraft`. */
import { readFileSync } from "node:fs";
import { Command } from "commander";
import { addBuild } from "./commands/build.ts";
import { addCheck } from "./commands/check.ts";
import { addConfig } from "./commands/config.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addEnvoy } from "./commands/envoy.ts";
import { addImage } from "./commands/image.ts";
import { addRecord } from "./commands/record.ts";
import { addInspect } from "./commands/inspect.ts";
import { addStart } from "./commands/start.ts";
import { addSymbolicate } from "./commands/symbolicate.ts";
import { addTest } from "./commands/test.ts";
import type { SetExitCode } from "./support/errors.ts";
import { noteColors } from "./support/terminal.ts";

/** Makes the parser for the command line. */
export function makeProgram(setExitCode: SetExitCode): Command {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  const program = new Command("sidecraft")
    .description("Envoy filters in AssemblyScript: run, test, check and configure them")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print help about a command")
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error: /, `${noteColors.red("sidecraft:")} `)),
    })
    .showSuggestionAfterError()
    .showHelpAfterError("(--help tells more)")
    // A usage error ends the process with 2, which `explain` decides.
    .exitOverride()
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 1 failed, 2 called wrongly.\n\n`sidecraft <command> --help` shows examples.",
    );
  addStart(program, setExitCode);
  addTest(program, setExitCode);
  addRecord(program);
  addConfig(program);
  addCheck(program);
  addBuild(program);
  addEnvoy(program);
  addImage(program, setExitCode);
  addDoctor(program, setExitCode);
  addInspect(program);
  addSymbolicate(program, setExitCode);
  return program;
}
