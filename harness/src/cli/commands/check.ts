/** `sidecraft check`: does the real Envoy accept this configuration? */
import type { Command } from "commander";
import { validateFilter } from "../../envoy/index.ts";
import { withCommon } from "../support/common-options.ts";
import { CliError } from "../support/errors.ts";
import { filterWithConfig } from "../support/filter-config.ts";
import { findEnvoy, requireFilter } from "../support/set-up.ts";
import { colors, print, printJson } from "../support/terminal.ts";
import { refusalText } from "./config.ts";

interface Options {
  readonly config: string;
  readonly json?: boolean;
}

/** Adds the command. */
export function addCheck(program: Command): void {
  const command = program
    .command("check")
    .summary("ask the real Envoy whether a filter accepts a configuration")
    .description(
      "Lets the real Envoy load a filter with a configuration, and tells what the filter says about it.",
    )
    .argument("<filter>", "name of a filter: auth, canary, header-rewrite, rate-limit")
    .requiredOption("-c, --config <file>", "JSON file with the filter's configuration")
    .option("--json", "print one JSON object")
    .action(check);
  withCommon(command, [
    ["sidecraft check auth --config my.json", "exit code 0 if it is accepted, 1 if not"],
    ["sidecraft check auth --config my.json --json", "for programs: {filter, accepted, errors}"],
  ]);
}

async function check(name: string, options: Options): Promise<void> {
  const filter = requireFilter(name);
  const spec = await filterWithConfig(filter, options.config);
  const envoy = await findEnvoy({ quiet: true });
  const { accepted, errors } = await validateFilter(envoy, spec);
  if (options.json === true) printJson({ filter, accepted, envoy: envoy.version, errors });
  else if (accepted)
    print(`${colors.green("accepted")}: ${filter} with ${options.config}, by Envoy ${envoy.version}`);
  if (!accepted) throw new CliError(refusalText(filter, options.config, errors));
}
