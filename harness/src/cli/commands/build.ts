/** `sidecraft build`: compiles filters. */
import { relative } from "node:path";
import { Option, type Command } from "commander";
import {
  type BuildEvent,
  buildFilters,
  CompileError,
  productFilters,
  type Target,
} from "../../wasm/build.ts";
import { withCommon } from "../support/common-options.ts";
import { buildEventText, requireFilter } from "../support/set-up.ts";
import { bytesText, note, noteColors, print, printJson } from "../support/terminal.ts";

interface Options {
  readonly target: Target;
  readonly json?: boolean;
}

/** Adds the command. */
export function addBuild(program: Command): void {
  const command = program
    .command("build")
    .summary("compile filters to WebAssembly")
    .description(
      "Compiles filters to build/<target>/<filter>.wasm; one whose sources have not changed is left as it is.",
    )
    .argument("[filter...]", "names of filters (default: all)")
    .addOption(
      new Option("--target <target>", "how to compile").choices(["release", "debug"]).default("release"),
    )
    .option("--json", "print one JSON object per filter; for one that does not compile with its errors")
    .action(build);
  withCommon(command, [
    ["sidecraft build", "all filters"],
    ["sidecraft build auth canary", "two of them"],
    ["sidecraft build auth --target debug", "with names and a source map"],
  ]);
}

async function build(names: readonly string[], { target, json }: Options): Promise<void> {
  const filters = names.length > 0 ? names.map(requireFilter) : productFilters();
  const built = await buildFilters({
    filters: [...new Set(filters)],
    target,
    onProgress: tell,
  }).catch((error: unknown) => {
    if (json === true && error instanceof CompileError)
      printJson({ name: error.filter, target, errors: error.list });
    throw error;
  });
  for (const module of built) {
    if (json === true) printJson(module);
    else print(`${module.name}  ${relative(process.cwd(), module.wasmPath)}  ${bytesText(module.bytes)}`);
  }
}

function tell(event: BuildEvent): void {
  note(noteColors.dim(buildEventText(event)));
  if (event.warnings) note(event.warnings);
}
