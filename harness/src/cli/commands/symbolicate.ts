/** `sidecraft symbolicate`: source lines for the backtraces in a log of Envoy. */
import { createReadStream, existsSync, globSync } from "node:fs";
import { join, relative } from "node:path";
import { createInterface } from "node:readline";
import type { Command } from "commander";
import type { Candidate } from "../../symbols/backtrace.ts";
import { type LogPart, LogSymbolizer, type LoggedTrap } from "../../symbols/log.ts";
import { NoSourceMapError } from "../../symbols/map-file.ts";
import { Symbols } from "../../symbols/symbols.ts";
import { WORKSPACE } from "../../wasm/build.ts";
import { withCommon } from "../support/common-options.ts";
import { CliError, EXIT, type SetExitCode, UsageError } from "../support/errors.ts";
import { note, noteColors, print, printJson } from "../support/terminal.ts";

interface Options {
  readonly module?: readonly string[];
  readonly map?: string;
  readonly json?: boolean;
}

/** Adds the command. */
export function addSymbolicate(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command("symbolicate")
    .summary("source lines for the backtraces in a log of Envoy")
    .description(
      "Reads a log of Envoy and prints it with the functions, files and lines of the sources in the backtraces of modules\n" +
        "that trapped. Envoy does not name the module: it is the one of the given, or else of those in build/release and\n" +
        "build/debug, in which every frame fits. It must be the very build that Envoy ran, with its source map beside it.\n" +
        "The exit code is 1 if a backtrace stays as it was.",
    )
    .argument("[log]", "file with the log (default: standard input)")
    .option("-m, --module <file...>", "modules that may have trapped")
    .option("--map <file>", "source map of the one module, where it does not lie beside it")
    .option("--json", "print one JSON object per backtrace, and nothing else")
    .action(async (log: string | undefined, options: Options) => {
      setExitCode((await symbolicate(log, options)) ? EXIT.ok : EXIT.failed);
    });
  withCommon(command, [
    ["kubectl logs gateway | sidecraft symbolicate", "with what was built here"],
    ["sidecraft symbolicate envoy.log --module auth.wasm", "auth.wasm.map lies beside it"],
    ["sidecraft symbolicate --json < envoy.log", "{module, entry, error, frames} for each trap"],
  ]);
}

/** Returns whether all backtraces have lines now. */
async function symbolicate(log: string | undefined, { module, map, json }: Options): Promise<boolean> {
  if (log !== undefined && !existsSync(log)) throw new UsageError(`there is no file ${log}`);
  const candidates = module ? givenModules(module, map) : builtModules(map);
  const symbolizer = new LogSymbolizer(candidates);
  let found = 0;
  let left = 0;
  const tell = ({ lines, trap }: LogPart): void => {
    if (json !== true) lines.forEach((line) => print(line));
    if (!trap) return;
    found++;
    if (json === true) printJson(asJson(trap));
    if (trap.candidate) return;
    left++;
    note(`${noteColors.red("sidecraft:")} ${lackOf(trap, candidates)}`);
  };
  const input = log === undefined ? process.stdin : createReadStream(log);
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }))
    symbolizer.take(line).forEach(tell);
  symbolizer.end().forEach(tell);
  if (found === 0) note("sidecraft: there is no backtrace of a module in this log");
  return left === 0;
}

function lackOf({ fitting }: LoggedTrap, candidates: readonly Candidate[]): string {
  const names = candidates.map(({ name }) => name).join(", ") || "none";
  return fitting === 0
    ? `a backtrace fits no module that is known here (${names}): give the build that Envoy ran with --module`
    : `a backtrace fits ${fitting} modules: give the one that Envoy ran with --module`;
}

function asJson({ candidate, entry, error, frames }: LoggedTrap): object {
  return {
    module: candidate?.name ?? null,
    ...(entry !== undefined && { entry }),
    ...(error !== undefined && { error }),
    frames: frames.map(({ offset, index, function: name, place }) => ({
      offset,
      index,
      function: name,
      ...place,
    })),
  };
}

/** Symbols of the modules that were given; all of them must have some. */
function givenModules(paths: readonly string[], map: string | undefined): Candidate[] {
  if (map !== undefined && paths.length > 1) throw new UsageError("--map belongs to one --module");
  for (const path of [...paths, ...(map === undefined ? [] : [map])])
    if (!existsSync(path)) throw new UsageError(`there is no file ${path}`);
  return paths.map((name) => {
    try {
      return { name, symbols: map === undefined ? Symbols.beside(name) : Symbols.of(name, map) };
    } catch (error) {
      if (error instanceof NoSourceMapError) throw new CliError(error.message);
      if (error instanceof RangeError) throw new CliError(`${name}: ${error.message}`);
      throw error;
    }
  });
}

/** Symbols of what was built here; a map that does not fit is told. */
function builtModules(map: string | undefined): Candidate[] {
  if (map !== undefined) throw new UsageError("--map needs --module");
  return globSync(["build/release/*.wasm", "build/debug/*.wasm"], { cwd: WORKSPACE })
    .sort()
    .flatMap((file) => {
      const path = join(WORKSPACE, file);
      try {
        return [{ name: relative(process.cwd(), path), symbols: Symbols.beside(path) }];
      } catch (error) {
        if (!(error instanceof NoSourceMapError || error instanceof RangeError)) throw error;
        note(noteColors.dim(`symbolicate: ${file} is left out: ${error.message}`));
        return [];
      }
    });
}
