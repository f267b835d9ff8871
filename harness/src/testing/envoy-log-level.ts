import { setTimeout as sleep } from "node:timers/promises";
import type { RunningEnvoy } from "../envoy/index.ts";
import type { LogLevel } from "../model/index.ts";

const COMPONENT = "wasm";
const POLL_MS = 5;
/** How long streams may take to end; one that is paused for good is not waited for any longer. */
const QUIET_MS = 2_000;
const FLUSH_MS = 10_000;

/** The level at which a running Envoy logs what its Wasm runtime does. */
export class EnvoyLogLevel {
  readonly #envoy: RunningEnvoy;
  readonly #usual: LogLevel;
  #raised = 0;

  /** @param usual the level that Envoy was started with */
  constructor(envoy: RunningEnvoy, usual: LogLevel) {
    this.#envoy = envoy;
    this.#usual = usual;
  }

  /** Sets the level to trace until the result is disposed of. */
  async raise(): Promise<AsyncDisposable> {
    if (this.#raised++ === 0) await this.#set("trace");
    return {
      [Symbol.asyncDispose]: async () => {
        if (--this.#raised === 0) await this.#set(this.#usual);
      },
    };
  }

  /**
   * Waits until the requests are over and what was logged of them has arrived here.
   * @throws Error if Envoy's log stays silent
   */
  async flush(): Promise<void> {
    const { admin } = this.#envoy;
    const active = "http.ingress_http.downstream_rq_active";
    const deadline = performance.now() + QUIET_MS;
    while (((await admin.stats(`^${active}$`)).get(active) ?? 0) > 0 && performance.now() < deadline)
      await sleep(POLL_MS);
    await this.#set(this.#raised > 0 ? "trace" : this.#usual);
  }

  /** Sets the level and waits for the line with which Envoy says so: all that was logged before is here then. */
  async #set(level: LogLevel): Promise<void> {
    const { admin, output } = this.#envoy;
    const lines = (): number =>
      output.filter((line) => line.includes(`change log level: name='${COMPONENT}'`)).length;
    const before = lines();
    await admin.setLogLevel(COMPONENT, level);
    const deadline = performance.now() + FLUSH_MS;
    while (lines() === before) {
      if (performance.now() > deadline) throw new Error("Envoy does not say that its log level has changed");
      await sleep(POLL_MS);
    }
  }
}
