/** `sidecraft inspect`: what is in a module. */
import { existsSync, readFileSync } from "node:fs";
import type { Command } from "commander";
import { inspectModule, type ModuleReport } from "../../wasm/inspect.ts";
import { withCommon } from "../support/common-options.ts";
import { CliError, UsageError } from "../support/errors.ts";
import { bytesText, print, printJson } from "../support/terminal.ts";

/** Adds the command. */
export function addInspect(program: Command): void {
  const command = program
    .command("inspect")
    .summary("what is in a module: sizes, imports, hooks, ABI")
    .description("Shows what can be seen of a proxy-wasm module, from whatever language, without running it.")
    .argument("<module>", "a .wasm file")
    .option("--json", "print one JSON object")
    .action(inspect);
  withCommon(command, [
    ["sidecraft inspect build/release/auth.wasm", "for people"],
    ["sidecraft inspect auth.wasm --json", "for programs; sha256 is what Envoy's code.remote wants"],
  ]);
}

function inspect(file: string, { json }: { readonly json?: boolean }): void {
  if (!existsSync(file)) throw new UsageError(`there is no file ${file}`);
  const report = read(file);
  if (json === true) return printJson(report);
  const list = (names: readonly string[]): string => names.join(", ") || "none";
  print(`${file}  ${bytesText(report.bytes)}`);
  print(`sha256      ${report.sha256}`);
  print(`ABI         ${list(report.abi)}`);
  print(`hooks       ${list(report.hooks)}`);
  print(`imports     ${list(report.imports)}`);
  print(`exports     ${list(report.otherExports)}`);
  print(`functions   ${report.functions}, ${report.named} with names`);
  print(`source map  ${report.sourceMap}`);
  for (const { name, bytes } of report.sections) print(`section     ${name}: ${bytesText(bytes)}`);
}

function read(file: string): ModuleReport {
  try {
    return inspectModule(file, readFileSync(file));
  } catch (error) {
    if (error instanceof RangeError) throw new CliError(`${file}: ${error.message}`);
    throw error;
  }
}
