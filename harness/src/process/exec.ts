/** Runs a program to its end. */
import { spawn } from "node:child_process";
import { pipeline } from "node:stream/promises";
import { beforeProcessEnds } from "./lifetime.ts";

/** How to run it. */
export interface RunOptions {
  /** Milliseconds after which the program is killed. */
  readonly timeoutMs: number;
  readonly env?: NodeJS.ProcessEnv;
  /** Working directory; that of this process when absent. */
  readonly cwd?: string;
  /** What the program reads from its standard input; none when absent. */
  readonly input?: AsyncIterable<Uint8Array>;
  /** Called with each piece of standard output as it comes. */
  readonly onStdout?: (text: string) => void;
}

/** How it ended. */
export interface RunResult {
  /** 0 for success; null if a signal ended it. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

/**
 * Runs a program and collects what it prints.
 *
 * @param command program, looked up on PATH
 * @param args its arguments; no shell is involved
 * @param options limits and input
 * @returns how it ended; a status other than 0 is no error here
 * @throws the system's error (`ENOENT`, `EACCES`, ...) if the program cannot be started, or `options.input`'s own
 */
export async function run(command: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  const child = spawn(command, args, {
    stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    ...(options.env !== undefined && { env: options.env }),
    ...(options.cwd !== undefined && { cwd: options.cwd }),
  });
  const release = beforeProcessEnds(() => child.kill("SIGKILL"));
  let stdout = "";
  let stderr = "";
  let timedOut = false;
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    options.onStdout?.(text);
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill("SIGKILL");
  }, options.timeoutMs);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  try {
    const fed = options.input !== undefined && child.stdin ? feed(options.input, child.stdin) : undefined;
    const [status] = await Promise.all([ended, fed]);
    return { status, stdout, stderr, timedOut };
  } finally {
    clearTimeout(timer);
    child.kill("SIGKILL");
    release();
  }
}

async function feed(input: AsyncIterable<Uint8Array>, stdin: NodeJS.WritableStream): Promise<void> {
  try {
    await pipeline(input, stdin);
  } catch (error) {
    // A program that does not read to the end says why in its status and on stderr.
    if (errorCode(error) !== "EPIPE" && errorCode(error) !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  }
}

/** The `code` of a system error, such as `ENOENT`; undefined for anything else. */
export function errorCode(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}

/** The message of whatever was thrown. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
