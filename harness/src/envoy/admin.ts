/** Envoy's administration interface, as far as the harness reads it. */
import { setTimeout as sleep } from "node:timers/promises";
import { MAIN_THREAD_HANGS } from "./errors.ts";
import type { Histogram } from "../model/histogram.ts";
import type { LogLevel } from "../model/index.ts";

const ANSWER_TIMEOUT_MS = 10_000;
const LIVE_TIMEOUT_MS = 2_000;

/** Counts the flushes that were not started because one was under way. */
const DROPPED_FLUSHES = "server.dropped_stat_flushes";
const FLUSH_POLL_MS = 5;

interface Stat {
  readonly name: string;
  readonly value: number;
}

/** A histogram as `histogram_buckets=detailed` shows it; without values it has no totals. */
interface Details {
  readonly name: string;
  readonly totals?: readonly { readonly lower_bound: number; readonly count: number }[];
}

/** Reads the admin port of one Envoy. */
export interface EnvoyAdmin {
  /** Base URL, such as `http://127.0.0.1:9901`. */
  readonly url: string;
  /**
   * Reads counters and gauges.
   *
   * @param filter regular expression (RE2) that names must contain; all when absent
   */
  stats(filter?: string): Promise<Map<string, number>>;
  /**
   * Reads a histogram with everything that was recorded before; for an Envoy that flushes its statistics when it is asked for
   * them (`stats_flush_on_admin`).
   *
   * @returns one without values if there is no such histogram; rejects if Envoy does not merge its workers' values in time
   */
  histogram(name: string): Promise<Histogram>;
  /** Whether Envoy is live: initialised and not draining. False too if it does not answer. */
  ready(): Promise<boolean>;
  /** The configuration that Envoy has, as JSON. */
  configDump(): Promise<unknown>;
  /** Reads any path, such as `/clusters`, as text. */
  get(path: string): Promise<string>;
  /** Sets the level at which a component of Envoy, such as `wasm`, logs; Envoy logs that too. */
  setLogLevel(component: string, level: LogLevel): Promise<void>;
}

/** An admin interface over HTTP. Its methods reject if Envoy does not answer within 10 s, or not with 200. */
export class HttpAdmin implements EnvoyAdmin {
  readonly url: string;

  /** @param url base URL without a slash at the end */
  constructor(url: string) {
    this.url = url;
  }

  get(path: string): Promise<string> {
    return this.#ask("GET", path);
  }

  async setLogLevel(component: string, level: LogLevel): Promise<void> {
    // The names of spdlog, which differ for one level.
    await this.#ask("POST", `/logging?${component}=${level === "warn" ? "warning" : level}`);
  }

  async #ask(method: string, path: string): Promise<string> {
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    const response = await fetch(this.url + path, { method, signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
      throw new Error(`Envoy does not answer within ${ANSWER_TIMEOUT_MS} ms. ${MAIN_THREAD_HANGS}`, {
        cause: error,
      });
    });
    const text = await response.text();
    if (response.status !== 200)
      throw new Error(`${this.url}${path} answered ${response.status}: ${text.trim()}`);
    return text;
  }

  async stats(filter?: string): Promise<Map<string, number>> {
    const query = filter === undefined ? "" : `&filter=${encodeURIComponent(filter)}`;
    const { stats } = JSON.parse(await this.get(`/stats?format=json${query}`)) as {
      stats: readonly { name?: string; value?: unknown }[];
    };
    const values = new Map<string, number>();
    // Histograms and text readouts stand in the same list.
    for (const { name, value } of stats) {
      if (name !== undefined && typeof value === "number") values.set(name, value);
    }
    return values;
  }

  async histogram(name: string): Promise<Histogram> {
    // Each question starts a flush, for which workers hand over their values, unless one is under way. When a second one could
    // be started the first, which began here, is complete.
    const deadline = performance.now() + ANSWER_TIMEOUT_MS;
    let [dropped] = await this.#flush(name);
    let flushes = 0;
    for (;;) {
      const [droppedNow, histogram] = await this.#flush(name);
      if (droppedNow === dropped && ++flushes === 2) return histogram;
      dropped = droppedNow;
      if (performance.now() > deadline)
        throw new Error(`Envoy does not flush its statistics within ${ANSWER_TIMEOUT_MS} ms`);
      await sleep(FLUSH_POLL_MS);
    }
  }

  /** Asks for a histogram. @returns how many flushes were dropped since the start, and the histogram */
  async #flush(name: string): Promise<readonly [dropped: number, histogram: Histogram]> {
    const filter = encodeURIComponent(`^(${DROPPED_FLUSHES}|${escape(name)})$`);
    const { stats } = JSON.parse(
      await this.get(`/stats?format=json&histogram_buckets=detailed&filter=${filter}`),
    ) as { stats: readonly (Stat | { histograms: { details: readonly Details[] } })[] };
    // Without the counter nothing can be told: no two are alike.
    let dropped = NaN;
    let totals: Details["totals"] = [];
    for (const stat of stats) {
      if ("histograms" in stat) totals = stat.histograms.details[0]?.totals ?? [];
      else if (stat.name === DROPPED_FLUSHES) dropped = stat.value;
    }
    // Envoy computes the bounds as floating-point numbers: 980000000.0000001.
    const values = totals.map(
      ({ lower_bound: bound, count }) => [Number(bound.toPrecision(2)), count] as const,
    );
    return [dropped, { count: values.reduce((sum, [, count]) => sum + count, 0), values }];
  }

  /** Whether Envoy answers at all within 2 s, whatever it says. */
  async answers(): Promise<boolean> {
    const signal = AbortSignal.timeout(LIVE_TIMEOUT_MS);
    return await fetch(`${this.url}/ready`, { signal }).then(
      () => true,
      () => false,
    );
  }

  async ready(): Promise<boolean> {
    try {
      await this.get("/ready");
      return true;
    } catch {
      return false;
    }
  }

  async configDump(): Promise<unknown> {
    return JSON.parse(await this.get("/config_dump"));
  }

  /** Whether the worker threads run, so that listeners accept connections. */
  async workersStarted(): Promise<boolean> {
    const stats = await this.stats("^listener_manager\\.workers_started$");
    return stats.get("listener_manager.workers_started") === 1;
  }

  /**
   * Port that a listener is bound to.
   *
   * @param name name of the listener
   */
  async listenerPort(name: string): Promise<number> {
    const answer = JSON.parse(await this.get("/listeners?format=json")) as {
      listener_statuses?: readonly {
        name: string;
        local_address: { socket_address: { port_value: number } };
      }[];
    };
    const listener = answer.listener_statuses?.find((status) => status.name === name);
    if (listener === undefined) throw new Error(`Envoy has no listener "${name}"`);
    return listener.local_address.socket_address.port_value;
  }
}

/** A regular expression for exactly this text. */
function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
