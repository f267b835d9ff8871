/** Runs the command line as a user does: in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WORKSPACE } from "../../harness/src/wasm/build.ts";

/** How a command ended. */
export interface CliResult {
  /** null if a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where and with which environment a command runs. */
export interface CliOptions {
  /** Added to this process's environment; undefined takes a variable out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Root of the workspace whose command line is run; this one when absent. */
  readonly workspace?: string;
}

/** A command that runs. */
export interface RunningCli {
  readonly child: ChildProcess;
  readonly ended: Promise<CliResult>;
  /** Resolves when standard output contains `text`; rejects if the command ends before. */
  printed(text: string): Promise<void>;
}

/** Starts `sidecraft` with arguments. */
export function startCli(args: readonly string[], options: CliOptions = {}): RunningCli {
  const workspace = options.workspace ?? WORKSPACE;
  return startNode([join(workspace, "harness/bin/sidecraft.js"), ...args], options);
}

/** Starts a script in this process's Node. */
export function startNode(args: readonly string[], { env, workspace }: CliOptions = {}): RunningCli {
  // Inside of the test runner, CI and colour settings of the caller are not what is tested.
  const variables = { ...process.env, CI: undefined, FORCE_COLOR: undefined, ...env };
  const child = spawn(process.execPath, [...args], {
    cwd: workspace ?? WORKSPACE,
    env: variables,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  const waiting = new Set<() => void>();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    for (const look of waiting) look();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = new Promise<CliResult>((resolve) =>
    child.once("close", (code) => resolve({ code, stdout, stderr })),
  );
  const printed = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => void (stdout.includes(text) && resolve());
      waiting.add(look);
      look();
      void ended.then((result) => reject(new Error(`ended without "${text}": ${JSON.stringify(result)}`)));
    });
  return { child, ended, printed };
}

/** Runs `sidecraft` with arguments to its end. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return startCli(args, options).ended;
}

/** A directory for one test, with what belongs into it. */
export interface Scratch extends Disposable {
  readonly path: string;
}

/** Makes an empty directory. */
export function scratch(): Scratch {
  const path = mkdtempSync(join(tmpdir(), "cli-test-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Copies what the command line needs into a workspace of its own, in which a test may break things. */
export function copyWorkspace(...more: readonly string[]): Scratch {
  const copy = scratch();
  const parts = [
    "package.json",
    "package-lock.json",
    "asconfig.json",
    "vitest.config.ts",
    "harness",
    "sdk-shim",
    ...more,
  ];
  for (const part of parts) cpSync(join(WORKSPACE, part), join(copy.path, part), { recursive: true });
  symlinkSync(join(WORKSPACE, "node_modules"), join(copy.path, "node_modules"));
  return copy;
}
