/** `sidecraft record`: tests from requests that were captured on an Envoy. */
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import type { Command } from "commander";
import { CaptureError, type FilterOfTest, readCaptures, testFile } from "../../capture/index.ts";
import { errorText } from "../../process/exec.ts";
import { WORKSPACE } from "../../wasm/build.ts";
import { withCommon } from "../support/common-options.ts";
import { CliError, UsageError } from "../support/errors.ts";
import { colors, note, print } from "../support/terminal.ts";

const LARGEST_BYTES = 64 * 1024 * 1024;
const TESTING = resolve(WORKSPACE, "harness/src/testing/index.ts");

interface Options {
  readonly output: string;
  readonly filter: readonly string[];
  readonly upstream: string;
  readonly redact: readonly string[];
  readonly keepSecrets?: boolean;
  readonly force?: boolean;
}

/** Adds the command. */
export function addRecord(program: Command): void {
  const several = (value: string, before: readonly string[]): readonly string[] => [...before, value];
  const command = program
    .command("record")
    .summary("make tests from requests captured on an Envoy")
    .description(
      "Writes a test with what Envoy's tap filter, or an access log in JSON, saw of requests: each is sent again to the\n" +
        "emulator and to a real Envoy with the filters that you name, and must have the same answer.\n" +
        "docs/guide/testing.md says how to capture. Headers that look like secrets are redacted; look at bodies yourself.",
    )
    .argument("<files...>", "client_<number>.json and upstream_<number>.json of taps, or access logs")
    .requiredOption("-o, --output <file>", "the test to write")
    .option(
      "-f, --filter <name[=config.json]>",
      "filter of the chain, in order; can be repeated",
      several,
      [],
    )
    .option("--upstream <name>", "name of the route and the cluster behind it", "stable")
    .option("--redact <header>", "a further header that is secret; can be repeated", several, [])
    .option("--keep-secrets", "write secrets into the test as they were captured")
    .option("--force", "replace the file if it is there")
    .action(record);
  withCommon(command, [
    ["sidecraft record taps/*.json -f auth=auth.json -o test/captured.test.ts", "one filter"],
    ["sidecraft record access.log -f header-rewrite=rules.json -o test/log.test.ts", "from an access log"],
  ]);
}

function record(files: readonly string[], options: Options): void {
  if (options.filter.length === 0)
    throw new UsageError("--filter is missing: which filters, with which configuration, shall the test run?");
  if (!options.output.endsWith(".ts"))
    throw new UsageError("--output must be a TypeScript file: name.test.ts");
  if (existsSync(options.output) && options.force !== true)
    throw new CliError(`${options.output} is there already; --force replaces it`);
  const exchanges = readAll(files);
  const answered = exchanges.filter(({ client }) => client.response !== undefined);
  const left = exchanges.length - answered.length;
  if (left > 0) note(`left out: ${left} without a response, which the client did not wait for`);
  if (answered.length === 0) throw new CliError("no request with a response was captured");
  const text = testFile(answered, {
    name: "captured requests",
    testing: importPath(options.output),
    filters: options.filter.map((filter) => filterOf(filter, options.output)),
    upstream: options.upstream,
    keepSecrets: options.keepSecrets === true,
    redact: options.redact.map((name) => name.toLowerCase()),
  });
  try {
    writeFileSync(options.output, text);
  } catch (error) {
    throw new CliError(`cannot write ${options.output}: ${errorText(error)}`);
  }
  print(
    `${colors.green("written")}: ${options.output}, ${answered.length} ${answered.length === 1 ? "test" : "tests"}`,
  );
}

function readAll(paths: readonly string[]): ReturnType<typeof readCaptures> {
  const files = paths.map((path) => {
    try {
      const { size, mtimeMs } = statSync(path);
      if (size > LARGEST_BYTES) throw new CliError(`${path} is larger than 64 MiB: give a part of it`);
      return { path, mtimeMs, text: readFileSync(path, "utf8") };
    } catch (error) {
      if (error instanceof CliError) throw error;
      throw new CliError(`cannot read ${path}: ${errorText(error)}`);
    }
  });
  try {
    // In the order in which the requests ended: filters may remember.
    return readCaptures(files.sort((a, b) => a.mtimeMs - b.mtimeMs));
  } catch (error) {
    if (error instanceof CaptureError) throw new CliError(error.message);
    throw error;
  }
}

/** `auth=my.json`; the file is named as the test will find it. */
function filterOf(text: string, output: string): FilterOfTest {
  const at = text.indexOf("=");
  if (at < 0) return { filter: text };
  const config = text.slice(at + 1);
  if (!existsSync(config)) throw new CliError(`cannot read ${config}: there is no such file`);
  return { filter: text.slice(0, at), configFile: urlPath(output, config) };
}

/** From where a test at `output` imports the harness: this checkout, or the package. */
function importPath(output: string): string {
  const isInside = !relative(WORKSPACE, resolve(output)).startsWith("..");
  return isInside ? urlPath(output, TESTING) : "sidecraft/testing";
}

function urlPath(from: string, to: string): string {
  const path = relative(dirname(resolve(from)), resolve(to))
    .split(sep)
    .join("/");
  return path.startsWith(".") ? path : `./${path}`;
}
