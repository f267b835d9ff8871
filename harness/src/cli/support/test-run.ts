/** Runs the test runner and counts what came of it. */
import { spawn } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { beforeProcessEnds, makeTempDir } from "../../envoy/lifetime.ts";
import { WORKSPACE } from "../../wasm/build.ts";
import { Interruption, InterruptedError } from "./interruption.ts";

/** What came of all tests. */
export interface TestCount {
  readonly passed: number;
  readonly failed: number;
  /** Full names of the tests that were not run. */
  readonly skipped: readonly string[];
  /** What failed outside of a test, such as a file that cannot be loaded; each counts as one failed. */
  readonly outside: readonly string[];
}

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
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
  await using directory = await makeTempDir("sidecraft-test-");
  const file = join(directory.path, "report.json");
  const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
  const own = ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  // What a test leaves behind when it is interrupted goes with the directory.
  const temporary = join(directory.path, "tmp");
  await mkdir(temporary);
  const code = await runAlone([vitest, ...own, ...args], { ...env, TMPDIR: temporary, TEMP: temporary });
  return count(await readReport(file), code);
}

/**
 * Runs Node in a process group of its own: a Ctrl-C reaches it through this process only, and once, after which it
 * has time to end what it has started. Then this process ends too.
 */
async function runAlone(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number | null> {
  const detached = process.platform !== "win32";
  const child = spawn(process.execPath, args, {
    cwd: WORKSPACE,
    env,
    stdio: ["ignore", "inherit", "inherit"],
    detached,
  });
  using interruption = new Interruption();
  interruption.endGently();
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const release = beforeProcessEnds(
    () => child.pid !== undefined && process.kill(detached ? -child.pid : child.pid, "SIGKILL"),
  );
  const first = await Promise.race([ended, interruption.came]);
  if (typeof first === "string") {
    child.kill(first);
    await ended;
    release();
    throw new InterruptedError(first);
  }
  release();
  return first;
}

/** Counts the tests in vitest's JSON report; without a report, or where it hides a failure, something failed outside. */
export function count(report: Report | undefined, exitCode: number | null): TestCount {
  const files = report?.testResults ?? [];
  const tests = files.flatMap(({ assertionResults }) => assertionResults);
  const having = (status: string): readonly string[] =>
    tests.filter((test) => test.status === status).map(({ fullName }) => fullName);
  const failed = having("failed").length;
  const passed = having("passed").length;
  const outside = files
    .filter(
      ({ status, assertionResults }) =>
        status === "failed" && assertionResults.every((test) => test.status !== "failed"),
    )
    .map(({ name, message }) => `${name}: ${message?.split("\n")[0] ?? "failed"}`);
  if (exitCode !== 0 && failed + outside.length === 0)
    outside.push(`vitest ended with status ${exitCode ?? "unknown"}; it says why above`);
  const skipped = tests
    .filter(({ status }) => status !== "passed" && status !== "failed")
    .map(({ fullName }) => fullName);
  return { passed, failed, skipped, outside };
}

async function readReport(file: string): Promise<Report | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as Report;
  } catch {
    return undefined;
  }
}
