/** Facts about the machine that a figure depends on. */
import { execFileSync } from "node:child_process";
import { availableParallelism, cpus, loadavg, release, totalmem, type } from "node:os";
import { WORKSPACE } from "../harness/src/wasm/build.ts";
import type { Machine } from "./results.ts";

/** What is known before the run; `loadAfter` is filled in when it ends. */
export function machineFacts(envoyVersion: string): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: `${type()} ${release()}`,
    envoy: envoyVersion,
    node: process.version,
    commit: commit(),
    loadBefore: loadavg()[0]!,
    loadAfter: NaN,
  };
}

/** Load average over one minute. */
export function loadNow(): number {
  return loadavg()[0]!;
}

function commit(): string {
  try {
    const git = (...args: string[]): string =>
      execFileSync("git", args, {
        cwd: WORKSPACE,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }).trim();
    return git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain") === "" ? "" : " with changes");
  } catch {
    return "unknown";
  }
}
