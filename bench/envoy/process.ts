/** Starts an Envoy to be measured, and ends it. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { JsonObject } from "../../harness/src/ship/json.ts";
import { benchBootstrap } from "./config.ts";

const START_TIMEOUT_MS = 60_000;

/** Ended with this process at the latest. */
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** An Envoy that has answered its first request. */
export interface BenchEnvoy extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
  /** Milliseconds from the start of the process to its first answer. */
  readonly readyMs: number;
  /** What it printed, for error messages. */
  readonly output: () => string;
}

/** Starts the Envoy at `path` with one worker and `filters`; throws with its own words when it does not come up. */
export async function startBenchEnvoy(path: string, filters: readonly JsonObject[]): Promise<BenchEnvoy> {
  const directory = await mkdtemp(join(tmpdir(), "sidecraft-bench-"));
  const port = await freePort();
  const config = join(directory, "envoy.json");
  await writeFile(config, JSON.stringify(benchBootstrap(port, filters)));
  const printed: string[] = [];
  const started = performance.now();
  const options = ["--concurrency", "1", "--disable-hot-restart", "--log-level", "warn"];
  const child = spawn(path, ["--config-path", config, ...options], { stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => keep(printed, String(text)));
  const end = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    running.delete(child);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const readyMs = await untilAnswer(child, port, started);
    const output = (): string => printed.join("");
    return { pid: child.pid!, port, readyMs, output, [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw new Error(`${error instanceof Error ? error.message : error}\n${printed.join("").slice(-2000)}`);
  }
}

async function untilAnswer(child: ChildProcess, port: number, started: number): Promise<number> {
  const failed = once(child, "error").then(([error]) => Promise.reject(error as Error));
  failed.catch(() => undefined);
  while (performance.now() - started < START_TIMEOUT_MS) {
    if (child.exitCode !== null) throw new Error(`Envoy ended with status ${child.exitCode}`);
    if (await Promise.race([failed, answers(port)])) return performance.now() - started;
    await sleep(1);
  }
  throw new Error(`Envoy gave no answer within ${START_TIMEOUT_MS / 1000} s`);
}

/** True when an HTTP response comes; what it says is the check's business. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    const done = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.once("connect", () => socket.write("GET / HTTP/1.1\r\nhost: bench\r\n\r\n"));
    socket.once("data", () => done(true));
    socket.once("error", () => done(false)).once("close", () => done(false));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

function keep(lines: string[], text: string): void {
  lines.push(text);
  if (lines.length > 100) lines.shift();
}
