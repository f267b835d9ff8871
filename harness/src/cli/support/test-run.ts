/** Runs the test runner and counts what came of it. */
import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { EMULATOR_ONLY } from "../../model/hosts.ts";
import { beforeProcessEnds, makeTempDir } from "../../process/lifetime.ts";
import { WORKSPACE } from "../../wasm/build.ts";
import { Interruption, InterruptedError } from "./interruption.ts";
import { END, type FileResult, type VitestMessage } from "./vitest-reporter.ts";

const REPORTER = fileURLToPath(new URL("vitest-reporter.ts", import.meta.url));

/** What came of all tests. */
export interface TestCount {
  readonly passed: number;
  readonly failed: number;
  /** Full names of the tests that were not run. */
  readonly skipped: readonly string[];
  /** How many tests say of themselves that only the emulator can run them, and did run. */
  readonly emulatorOnly: number;
  /** What failed outside of a test, such as a file that cannot be loaded; each counts as one failed. */
  readonly outside: readonly string[];
}

/**
 * Runs vitest once, its own report on this process's standard output.
 *
 * @param args further arguments for vitest
 * @param env environment of the tests
 * @returns the count
 * @throws {InterruptedError} if a signal came in between
 */
export async function runTests(args: readonly string[], env: NodeJS.ProcessEnv): Promise<TestCount> {
  // What a test leaves behind, and what is left when it is interrupted, goes with the directory.
  await using temporary = await makeTempDir("sidecraft-test-");
  const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
  const child = spawn(
    process.execPath,
    [vitest, "run", "--reporter=default", `--reporter=${REPORTER}`, ...args],
    {
      cwd: WORKSPACE,
      env: { ...env, TMPDIR: temporary.path, TEMP: temporary.path },
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      // A group of its own: a Ctrl-C reaches vitest through this process only.
      detached: process.platform !== "win32",
    },
  );
  let files: readonly FileResult[] = [];
  let listens = false;
  child.on("message", (message: VitestMessage) => {
    if ("files" in message) files = message.files;
    else listens = true;
  });
  const code = await untilEnded(child, (signal) => void (listens ? child.send(END) : child.kill(signal)));
  return count(files, code);
}

/** Waits for a process; a signal to this one has it ended, in time or not, and then ends this one too. */
async function untilEnded(
  child: ChildProcess,
  end: (signal: NodeJS.Signals) => void,
): Promise<number | null> {
  using interruption = new Interruption();
  interruption.endGently();
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const release = beforeProcessEnds(() => killGroup(child));
  const first = await Promise.race([ended, interruption.came]);
  if (typeof first === "string") {
    end(first);
    await ended;
  }
  release();
  if (typeof first === "string") throw new InterruptedError(first);
  return first;
}

function killGroup({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(process.platform === "win32" ? pid : -pid, "SIGKILL");
}

/** Counts what came of each file; where that hides a failure, something failed outside of the tests. */
export function count(files: readonly FileResult[], exitCode: number | null): TestCount {
  const tests = files.flatMap((file) => file.tests);
  const having = (state: string): readonly string[] =>
    tests.filter((test) => test.state === state).map(({ name }) => name);
  const failed = having("failed").length;
  const outside = files
    .filter((file) => file.problem !== undefined || (file.failed && !hasFailedTest(file)))
    .map(({ name, problem }) => `${name}: ${problem ?? "failed"}`);
  if (exitCode !== 0 && failed + outside.length === 0) {
    outside.push(`vitest ended with status ${exitCode ?? "unknown"}; it says why above`);
  }
  const skipped = having("skipped");
  const emulatorOnly = tests.filter(
    ({ name, state }) => state !== "skipped" && name.includes(EMULATOR_ONLY),
  ).length;
  return { passed: having("passed").length, failed, skipped, emulatorOnly, outside };
}

function hasFailedTest({ tests }: FileResult): boolean {
  return tests.some(({ state }) => state === "failed");
}
