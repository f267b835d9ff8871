/** Waits for answers of an Envoy that may crash, or whose workers may be lost in a module. */
import type { EnvoyAdmin } from "./admin.ts";
import { EnvoyEndedError, WorkerHangError } from "./errors.ts";
import type { EnvoyExit } from "./options.ts";

/** An answer that has not come by then is looked into; Envoy's own watchdog takes up to two seconds. */
const PATIENCE_MS = 5_000;
const LOOK_EVERY_MS = 1_000;
/** The end of a process is seen a little later than that of its connections. */
const END_IS_SEEN_MS = 1_000;

/** What is known of the Envoy that is watched. */
export interface Watched {
  readonly admin: EnvoyAdmin;
  readonly output: readonly string[];
  readonly exited: Promise<EnvoyExit>;
}

/** Watches over the answers of one Envoy. */
export class Watch {
  readonly #envoy: Watched;
  /** Workers that were found not to answer; nothing brings them back. */
  readonly #lost = new Set<string>();

  /** @param envoy whose answers are waited for */
  constructor(envoy: Watched) {
    this.#envoy = envoy;
  }

  /**
   * Waits for `answer`, which comes through a worker of Envoy.
   *
   * @throws {EnvoyEndedError} in the place of what `answer` rejects with, if Envoy has ended by itself
   * @throws {WorkerHangError} if there is none after 5 s, and Envoy's watchdog has meanwhile given a worker up
   */
  async over<T>(answer: Promise<T>): Promise<T> {
    const over = new AbortController();
    try {
      return await Promise.race([answer, this.#lookForHang(over.signal)]);
    } catch (error) {
      if (error instanceof WorkerHangError) throw error;
      const exit = await Promise.race([this.#envoy.exited, after(END_IS_SEEN_MS, undefined)]);
      if (exit === undefined) throw error;
      throw new EnvoyEndedError(exit, this.#envoy.output, { cause: error });
    } finally {
      over.abort();
      // When the hang was first: the answer may fail later, and nobody waits for it.
      answer.catch(() => {});
    }
  }

  /** Never resolves; rejects when a worker is lost. */
  async #lookForHang(signal: AbortSignal): Promise<never> {
    const begin = performance.now();
    let before: ReadonlyMap<string, number> | undefined;
    for (;;) {
      await after(LOOK_EVERY_MS, undefined, signal);
      const now = await this.#missed();
      if (signal.aborted) return new Promise(() => {});
      before ??= now;
      for (const [worker, count] of now) if (count > (before.get(worker) ?? 0)) this.#lost.add(worker);
      const [worker] = this.#lost;
      if (worker !== undefined && performance.now() - begin >= PATIENCE_MS) throw new WorkerHangError(worker);
    }
  }

  /** How often Envoy's watchdog found that a worker had not moved for a second; nothing where Envoy does not say. */
  async #missed(): Promise<ReadonlyMap<string, number>> {
    const stats = await this.#envoy.admin
      .stats("^server\\.worker_\\d+\\.watchdog_mega_miss$")
      .catch((): ReadonlyMap<string, number> => new Map());
    return new Map([...stats].map(([name, count]) => [name.split(".")[1] ?? name, count]));
  }
}

/** Resolves to `value` after a time, or when `signal` is given; keeps no process alive. */
function after<T>(milliseconds: number, value: T, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(value), milliseconds).unref();
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve(value);
    });
  });
}
