/** Nothing outlives this process: temporary directories and children go when it ends, whichever way it ends. */
import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const cleanups = new Set<() => void>();

/**
 * Registers what must be done before this process ends (exit, uncaught error, SIGINT, SIGTERM, SIGHUP).
 *
 * @param cleanup synchronous; its errors are reported on stderr
 * @returns takes the registration back
 */
export function beforeProcessEnds(cleanup: () => void): () => void {
  if (cleanups.size === 0) {
    process.on("exit", cleanUp);
    for (const signal of SIGNALS) process.on(signal, onSignal);
  }
  cleanups.add(cleanup);
  return () => {
    if (cleanups.delete(cleanup) && cleanups.size === 0) removeHooks();
  };
}

function removeHooks(): void {
  process.off("exit", cleanUp);
  for (const signal of SIGNALS) process.off(signal, onSignal);
}

function cleanUp(): void {
  for (const cleanup of [...cleanups].reverse()) {
    try {
      cleanup();
    } catch (error) {
      console.error("sidecraft: could not clean up:", error);
    }
  }
  cleanups.clear();
  removeHooks();
}

function onSignal(signal: NodeJS.Signals): void {
  // Whoever else listens decides when the process ends; the exit hook cleans up then.
  if (process.listenerCount(signal) > 1) return;
  cleanUp();
  process.kill(process.pid, signal);
}

/** A directory that is removed with all it holds when disposed of, or when this process ends. */
export interface TempDir extends AsyncDisposable {
  readonly path: string;
  /** Removes it; a second call does nothing. */
  remove(): Promise<void>;
}

/**
 * Makes a temporary directory that only this user can read.
 *
 * @param prefix start of its name
 * @param parent where to make it; the system's directory for temporary files when absent
 */
export async function makeTempDir(prefix: string, parent: string = tmpdir()): Promise<TempDir> {
  const path = await mkdtemp(join(parent, prefix));
  const release = beforeProcessEnds(() => rmSync(path, { recursive: true, force: true }));
  const remove = async (): Promise<void> => {
    await rm(path, { recursive: true, force: true });
    release();
  };
  return { path, remove, [Symbol.asyncDispose]: remove };
}
