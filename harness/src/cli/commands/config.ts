/** `sidecraft config`: the entry for Envoy's `http_filters`, checked before it is printed. */
import { Option, type Command } from "commander";
import { validateFilter } from "../../envoy/index.ts";
import { httpFilter, type JsonObject, toYaml } from "../../ship/index.ts";
import { withCommon } from "../support/common-options.ts";
import { demoConfigFile, filterWithConfig } from "../support/filter-config.ts";
import { CliError } from "../support/errors.ts";
import { findEnvoy, requireFilter } from "../support/set-up.ts";
import { note, noteColors, print } from "../support/terminal.ts";

interface Options {
  readonly config?: string;
  readonly wasm?: string;
  readonly json?: boolean;
  readonly check: boolean;
}

/** Adds the command. */
export function addConfig(program: Command): void {
  const command = program
    .command("config")
    .summary("print the http_filters entry of a filter")
    .description(
      "Prints the entry of a filter for Envoy's http_filters, after the real Envoy has accepted it.",
    )
    .argument("<filter>", "name of a filter: auth, canary, header-rewrite, rate-limit")
    .option(
      "-c, --config <file>",
      "JSON file with the filter's configuration (default: its examples/demo.json)",
    )
    .option("--wasm <path>", "path of the module as the target Envoy sees it (default: where it was built)")
    .addOption(new Option("--no-check", "print it without asking Envoy"))
    .option("--json", "print JSON instead of YAML")
    .action(config);
  withCommon(command, [
    ["sidecraft config auth", "with the configuration of the demo"],
    ["sidecraft config auth --config my.json --wasm /etc/envoy/auth.wasm", "for another machine"],
    ["sidecraft config canary --json > canary.json", "as JSON"],
  ]);
}

async function config(name: string, options: Options): Promise<void> {
  const filter = requireFilter(name);
  const file = options.config ?? demoConfigFile(filter);
  const spec = await filterWithConfig(filter, file);
  if (options.check) {
    const envoy = await findEnvoy({ quiet: true });
    const verdict = await validateFilter(envoy, spec);
    if (!verdict.accepted) throw new CliError(refusalText(filter, file, verdict.errors));
    note(noteColors.dim(`checked: Envoy ${envoy.version} accepts it`));
  }
  const entry = httpFilter(spec, options.wasm === undefined ? {} : { wasmPath: options.wasm });
  if (options.json === true) print(JSON.stringify(entry, null, 2));
  else process.stdout.write(listItem(entry));
}

/** The entry as it stands under `http_filters:`. */
function listItem(entry: JsonObject): string {
  return toYaml({ http_filters: [entry] }).replace(/^http_filters:\n/, "");
}

/** Tells that a filter refuses a configuration, in the filter's own words. */
export function refusalText(filter: string, file: string, errors: readonly string[]): string {
  return [`${filter} refuses ${file}:`, ...errors.map((line) => `  ${line}`)].join("\n");
}
