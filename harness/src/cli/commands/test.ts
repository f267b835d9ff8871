/** `sidecraft test`: sets up and runs all tests. */
import type { Command } from "commander";
import { EnvoyNotFoundError } from "../../envoy/index.ts";
import { dockerUnavailable } from "../../envoy/docker.ts";
import { buildFilters } from "../../wasm/build.ts";
import type { SetExitCode } from "../program.ts";
import { withCommon } from "../support/common-options.ts";
import { EXIT, explain } from "../support/errors.ts";
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
}

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
    .allowUnknownOption()
    .action(async (args: readonly string[], options: Options) => {
      // After an option that commander does not know it knows none.
      const rest = args.filter((arg) => arg !== "--debug" && arg !== "--trace");
      setExitCode(await test(rest, options.trace === true || args.includes("--trace")));
    });
  withCommon(command, [
    ["sidecraft test", "everything"],
    ["sidecraft test filters/auth", "files whose path contains this"],
    ['sidecraft test -t "expired"', "tests whose name contains this"],
    ["sidecraft test filters/auth --trace", "with every call between Envoy and the filter"],
    ["CI=true sidecraft test", "nothing may be skipped"],
  ]);
}

async function test(args: readonly string[], isTraced: boolean): Promise<number> {
  const strict = isCi();
  const env: NodeJS.ProcessEnv = { ...process.env, ...(isTraced && { SIDECRAFT_TRACE: "1" }) };
  const lacks: Lack[] = [];
  try {
    await buildFilters({
      onProgress: (event) => event.state === "built" && note(noteColors.dim(buildEventText(event))),
    });
    lacks.push(...(await findHosts(env)));
  } catch (error) {
    // A set-up that fails is one failure, so that the last line always tells the truth.
    note(`${noteColors.red("sidecraft:")} ${explain(error).message}`);
    return conclude({ passed: 0, failed: 1, skipped: [], outside: [] }, false);
  }
  for (const { what, reason } of lacks)
    note(`${strict ? "missing, and CI=true" : "skipped"}: ${what}: ${reason}`);
  if (strict && lacks.length > 0)
    return conclude({ passed: 0, failed: lacks.length, skipped: [], outside: [] }, false);
  return conclude(await runTests(args, env), strict);
}

/** Finds Envoy and Docker for the tests, and tells them by the environment; returns what there is not. */
async function findHosts(env: NodeJS.ProcessEnv): Promise<readonly Lack[]> {
  const lacks: Lack[] = [];
  try {
    const envoy = await findEnvoy({ quiet: true });
    if (envoy.kind === "binary") env["ENVOY_PATH"] = envoy.path;
    else env["ENVOY_IMAGE"] = envoy.image;
  } catch (error) {
    if (!(error instanceof EnvoyNotFoundError)) throw error;
    lacks.push({ what: "tests on a real Envoy", reason: error.message });
  }
  const docker = await dockerUnavailable();
  if (docker !== undefined)
    lacks.push({ what: "tests in containers", reason: `no Docker engine: ${docker}` });
  return lacks;
}

/** Prints the last line; returns the exit code. */
function conclude(count: TestCount, strict: boolean): number {
  for (const problem of count.outside) note(`${noteColors.red("failed outside of a test:")} ${problem}`);
  if (count.skipped.length > 0) {
    note(strict ? "not run, which counts as failed where CI=true:" : `${count.skipped.length} not run:`);
    for (const name of count.skipped) note(`  ${name}`);
  }
  const failed = count.failed + count.outside.length + (strict ? count.skipped.length : 0);
  print(`${count.passed} passed, ${failed} failed`);
  return failed === 0 ? EXIT.ok : EXIT.failed;
}

function isCi(): boolean {
  return !["", "0", "false", undefined].includes(process.env["CI"]);
}
