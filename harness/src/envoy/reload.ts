/** Replaces filters of a running Envoy through extension configuration discovery (ECDS). */
import type { FilterSpec, UpdateResult } from "../model/index.ts";
import { discoveryResponse } from "../ship/index.ts";
import type { HttpAdmin } from "./admin.ts";
import { complaints, type EnvoyLog } from "./log.ts";
import { poll } from "./wait.ts";

const RELOAD_TIMEOUT_MS = 30_000;
const REASON_TIMEOUT_MS = 500;

/** Gets modules and discovery answers to Envoy; each driver has its own way. */
export interface Publisher {
  /** Copies a module to where Envoy can read it, under a name that depends on its content; returns Envoy's path. */
  publishModule(wasmPath: string): Promise<string>;
  /** Lets Envoy discover an answer for a filter. */
  publishAnswer(filterName: string, answer: string): Promise<void>;
}

interface Counters {
  readonly accepted: number;
  readonly refused: number;
}

/** The reloadable filters of one Envoy. */
export class Reloader {
  readonly #publisher: Publisher;
  readonly #current = new Map<string, FilterSpec>();
  #version = 0;
  #queue: Promise<unknown> = Promise.resolve();

  /** @param publisher the driver's way to Envoy */
  constructor(publisher: Publisher) {
    this.#publisher = publisher;
  }

  /** Publishes the filters that Envoy starts with. */
  async publishFirst(filters: readonly FilterSpec[]): Promise<void> {
    for (const spec of filters) {
      await this.#publish(spec);
      this.#current.set(spec.name, spec);
    }
  }

  /**
   * Makes sure that Envoy took the filters it started with.
   *
   * @returns undefined if so, else the names of those it refused
   */
  async refusedAtStart(admin: HttpAdmin): Promise<readonly string[] | undefined> {
    const names = [...this.#current.keys()];
    const state = await poll(
      async () => {
        const counters = await Promise.all(names.map((name) => readCounters(admin, name)));
        return counters.every(({ accepted, refused }) => accepted + refused > 0) ? counters : undefined;
      },
      { timeoutMs: RELOAD_TIMEOUT_MS, intervalMs: 10 },
    );
    if (state === undefined) throw new Error("Envoy did not read the configuration of its filters in time");
    const refused = names.filter((_, index) => state[index]?.accepted === 0);
    return refused.length > 0 ? refused : undefined;
  }

  /** The filter that serves under a name; undefined if there is none. */
  current(name: string): FilterSpec | undefined {
    return this.#current.get(name);
  }

  /**
   * Replaces a filter, after the replacements asked for before.
   *
   * @throws {Error} if Envoy reacts neither way within 30 s
   */
  replace(spec: FilterSpec, admin: HttpAdmin, log: EnvoyLog): Promise<UpdateResult> {
    const result = this.#queue.then(() => this.#replace(spec, admin, log));
    // The next replacement waits for this one, whichever way it goes; its caller sees the error.
    this.#queue = result.catch(() => undefined);
    return result;
  }

  async #replace(spec: FilterSpec, admin: HttpAdmin, log: EnvoyLog): Promise<UpdateResult> {
    if (!this.#current.has(spec.name)) throw new Error(`Envoy runs no filter "${spec.name}"`);
    const before = await readCounters(admin, spec.name);
    const seen = log.received;
    log.modules.add(spec.wasmPath);
    await this.#publish(spec);

    const verdict = await poll(
      async () => {
        const now = await readCounters(admin, spec.name);
        if (now.refused > before.refused) return "refused";
        return now.accepted > before.accepted ? "accepted" : undefined;
      },
      { timeoutMs: RELOAD_TIMEOUT_MS, intervalMs: 10 },
    );
    if (verdict === undefined) {
      throw new Error(
        `Envoy did not react to the new configuration of "${spec.name}" within ${RELOAD_TIMEOUT_MS} ms`,
      );
    }
    if (verdict === "accepted") {
      this.#current.set(spec.name, spec);
      return { accepted: true };
    }
    // The counter can be seen before the line of the log that says why.
    const isReason = (line: string): boolean => /rejected|Unable to create Wasm plugin/i.test(line);
    await poll(() => log.since(seen).some(isReason) || undefined, {
      timeoutMs: REASON_TIMEOUT_MS,
      intervalMs: 10,
    });
    return { accepted: false, reason: complaints(log.since(seen)).join("\n") };
  }

  async #publish(spec: FilterSpec): Promise<void> {
    const wasmPath = await this.#publisher.publishModule(spec.wasmPath);
    const version = String(++this.#version);
    await this.#publisher.publishAnswer(
      spec.name,
      JSON.stringify(discoveryResponse(spec, { wasmPath }, version)),
    );
  }
}

async function readCounters(admin: HttpAdmin, name: string): Promise<Counters> {
  const stats = await admin.stats("extension_config_discovery");
  // Envoy keeps `:` out of the names of statistics.
  const scope = `.http_filter.${name.replaceAll(":", "_")}.`;
  const sum = (...names: readonly string[]): number => {
    let total = 0;
    for (const [key, value] of stats) if (names.some((end) => key.endsWith(scope + end))) total += value;
    return total;
  };
  // Not config_reload, which counts refused configurations too.
  return {
    accepted: sum("update_success"),
    refused: sum("config_fail", "update_rejected", "update_failure"),
  };
}
