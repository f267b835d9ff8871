/** Envoy's administration interface, as far as the harness reads it. */
import { MAIN_THREAD_HANGS } from "./errors.ts";
import type { LogLevel } from "../model/index.ts";

const ANSWER_TIMEOUT_MS = 10_000;
const LIVE_TIMEOUT_MS = 2_000;

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
