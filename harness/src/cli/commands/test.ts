/** `sidecraft test`: sets up and runs all tests. */
import type { Command } from "commander";
import { dockerUnavailable, EnvoyNotFoundError, obtainImage } from "../../envoy/index.ts";
import { errorText } from "../../process/exec.ts";
import { type HostKind, HOSTS_VARIABLE, parseHosts } from "../../model/hosts.ts";
import { buildFilters } from "../../wasm/build.ts";
import { withCommon } from "../support/common-options.ts";
import { beginCoverage, type MeasuredSources, reportCoverage } from "../support/coverage.ts";
import { EXIT, explain, type SetExitCode, UsageError } from "../support/errors.ts";
import { buildEventText, findEnvoy } from "../support/set-up.ts";
import { note, noteColors, print } from "../support/terminal.ts";
import { runTests, type TestCount } from "../support/test-run.ts";

/** Something that tests need and this machine does not have. */
interface Lack {
  readonly what: string;
  readonly reason: string;
}

interface Options {
  readonly trace?: boolean;
  readonly hosts?: string;
  readonly coverage?: boolean;
  readonly coverageSdk?: boolean;
}

/** What vitest does not get to see. */
const OWN_FLAGS = ["--debug", "--trace", "--coverage", "--coverage-sdk"];

/** Adds the command. */
export function addTest(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command("test")
    .summary("set up and run all tests")
    .description(
      "Builds the filters, finds or fetches Envoy, and runs all tests with vitest: in the emulator and in the real\n" +
        "Envoy. The last line is `N passed, N failed`. What cannot run here is skipped and told; with CI=true that is a failure.",
    )
    .option("--trace", "print every call between host and filters; the texts in it may be secret")
    .argument("[vitest...]", "arguments for vitest: parts of file names, and its options")
    .option(
      "--hosts <list>",
      "where behaviour is tested: emulator, envoy, container (default: emulator,envoy)",
    )
    .option("--coverage", "count which lines and branches of filters run, in the emulator only")
    .option("--coverage-sdk", "the same, those of the SDK too")
    .allowUnknownOption()
    .action(async (args: readonly string[], options: Options) => {
      // After an option that commander does not know it knows none.
      const { rest, value } = takeOption(args, "--hosts");
      const has = (name: string, parsed: boolean | undefined): boolean =>
        parsed === true || rest.includes(name);
      const all = has("--coverage-sdk", options.coverageSdk);
      const measured = all ? "all" : has("--coverage", options.coverage) ? "filters" : undefined;
      const forVitest = rest.filter((arg) => !OWN_FLAGS.includes(arg));
      setExitCode(
        await test(forVitest, {
          isTraced: has("--trace", options.trace),
          chosen: options.hosts ?? value ?? process.env[HOSTS_VARIABLE],
          measured,
        }),
      );
    });
  withCommon(command, [
    ["sidecraft test", "everything"],
    ["sidecraft test filters/auth", "files whose path contains this"],
    ['sidecraft test -t "expired"', "tests whose name contains this"],
    ["sidecraft test filters/auth --trace", "with every call between Envoy and the filter"],
    ["sidecraft test filters/auth --hosts emulator", "without a real Envoy"],
    ["sidecraft test filters/auth --hosts container", "on Envoy in a container"],
    ["sidecraft test filters/auth --coverage", "with the lines and branches that ran"],
    ["CI=true sidecraft test", "nothing may be skipped"],
  ]);
}

/** How the tests are run. */
interface Run {
  readonly isTraced: boolean;
  /** The hosts as they were given; undefined: not at all. */
  readonly chosen: string | undefined;
  /** What coverage is measured of. */
  readonly measured: MeasuredSources | undefined;
}

async function test(args: readonly string[], { isTraced, chosen, measured }: Run): Promise<number> {
  const strict = isCi();
  const hosts = chosenHosts(measured ? "emulator" : chosen);
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...(isTraced && { SIDECRAFT_TRACE: "1" }),
    ...(chosen && { [HOSTS_VARIABLE]: chosen }),
  };
  const lacks: Lack[] = [];
  try {
    if (measured) Object.assign(env, await beginCoverage(measured, chosen));
    await buildFilters({
      onProgress: (event) => event.state === "built" && note(noteColors.dim(buildEventText(event))),
    });
    lacks.push(...(await findHosts(hosts, env)));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    // A set-up that fails is one failure, so that the last line always tells the truth.
    note(`${noteColors.red("sidecraft:")} ${explain(error).message}`);
    return conclude({ passed: 0, failed: 1, skipped: [], emulatorOnly: 0, outside: [] }, false);
  }
  for (const { what, reason } of lacks)
    note(`${strict ? "missing, and CI=true" : "skipped"}: ${what}: ${reason}`);
  if (strict && lacks.length > 0)
    return conclude({ passed: 0, failed: lacks.length, skipped: [], emulatorOnly: 0, outside: [] }, false);
  const count = await runTests(args, env);
  if (!measured) return conclude(count, strict);
  reportCoverage(measured);
  // Tests that want an Envoy are left out on purpose.
  if (count.skipped.length > 0) note(`${count.skipped.length} not run: they need more than the emulator`);
  return conclude({ ...count, skipped: [] }, false);
}

/** Takes an option with its value, `--name value` or `--name=value`, out of arguments that commander has not parsed. */
function takeOption(args: readonly string[], name: string): { rest: readonly string[]; value?: string } {
  const at = args.findIndex((arg) => arg === name || arg.startsWith(`${name}=`));
  if (at < 0) return { rest: args };
  const joined = args[at]?.slice(name.length + 1);
  const value = joined || args[at + 1];
  if (value === undefined) throw new UsageError(`${name} needs a value`);
  return { rest: args.toSpliced(at, joined ? 1 : 2), value };
}

function chosenHosts(text: string | undefined): readonly HostKind[] {
  try {
    return parseHosts(text);
  } catch (error) {
    throw new UsageError(`--hosts: ${errorText(error)}`);
  }
}

/** Finds what the hosts need, and tells the tests by the environment; returns what there is not. */
async function findHosts(hosts: readonly HostKind[], env: NodeJS.ProcessEnv): Promise<readonly Lack[]> {
  if (hosts.every((kind) => kind === "emulator")) return [];
  const lacks: Lack[] = [];
  try {
    const envoy = await findEnvoy({ quiet: true });
    if (envoy.kind === "binary") env["ENVOY_PATH"] = envoy.path;
    else env["ENVOY_IMAGE"] = envoy.image;
  } catch (error) {
    if (!(error instanceof EnvoyNotFoundError)) throw error;
    lacks.push({ what: "tests on a real Envoy", reason: error.message });
  }
  const containers = await containersUnavailable();
  if (containers !== undefined) lacks.push({ what: "tests in containers", reason: containers });
  return lacks;
}

/** Sees to it that there is an image to test in; returns why there is none. */
async function containersUnavailable(): Promise<string | undefined> {
  const docker = await dockerUnavailable();
  if (docker !== undefined) return `no Docker engine: ${docker}`;
  try {
    await obtainImage();
    return undefined;
  } catch (error) {
    return errorText(error);
  }
}

/** Prints the last line; returns the exit code. */
function conclude(count: TestCount, strict: boolean): number {
  for (const problem of count.outside) note(`${noteColors.red("failed outside of a test:")} ${problem}`);
  if (count.skipped.length > 0) {
    note(strict ? "not run, which counts as failed where CI=true:" : `${count.skipped.length} not run:`);
    for (const name of count.skipped) note(`  ${name}`);
  }
  if (count.emulatorOnly > 0)
    note(`${count.emulatorOnly} ran in the emulator only: their suites say so (onlyEmulator)`);
  const failed = count.failed + count.outside.length + (strict ? count.skipped.length : 0);
  print(`${count.passed} passed, ${failed} failed`);
  return failed === 0 ? EXIT.ok : EXIT.failed;
}

function isCi(): boolean {
  return !["", "0", "false", undefined].includes(process.env["CI"]);
}
