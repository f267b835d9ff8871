import { type EnvoyAdmin, poll } from "../envoy/index.ts";
import { LOG_LEVELS, type LogLevel, type LogLine } from "../model/index.ts";
import { CallRecorder, EnvoyTrace, trapIn } from "../trace/index.ts";
import { Calls, IS_TRACED, type Recording, recordingOf } from "./calls.ts";
import type { FilterTrap } from "./host.ts";

const COMPONENT = "wasm";
/** With this Envoy says that a level has changed; all that was logged before has arrived then. */
const LEVEL_CHANGED = `change log level: name='${COMPONENT}'`;
const ACTIVE_REQUESTS = "http.ingress_http.downstream_rq_active";
const POLL_MS = 5;
/** How long requests may take to end; one that is held for good is not waited for any longer. */
const IDLE_TIMEOUT_MS = 3_000;
const FLUSH_TIMEOUT_MS = 10_000;

/** What a real Envoy's log tells of its filters: their lines, calls, traps, and when all has been told. */
export class EnvoyWatch {
  readonly #logLevel: LogLevel;
  readonly #plugin: string;
  readonly #calls = new Calls();
  readonly #trace: EnvoyTrace;
  readonly #traps: FilterTrap[] = [];
  #logs: LogLine[] = [];
  #firstTrapOfTest = 0;
  #levelChanges = 0;
  #recordings = 0;

  /**
   * @param plugin name of the filter if there is only one, else ""
   * @param logLevel the lowest level that the suite wants to see
   */
  constructor(plugin: string, logLevel: LogLevel) {
    this.#plugin = plugin;
    this.#logLevel = logLevel;
    this.#trace = new EnvoyTrace(this.#calls, plugin);
  }

  /** The level to start Envoy with. */
  get level(): LogLevel {
    return IS_TRACED ? "trace" : this.#logLevel;
  }

  /** Traps since the test began. */
  get traps(): readonly FilterTrap[] {
    return this.#traps.slice(this.#firstTrapOfTest);
  }

  /** The first trap of all tests. */
  get firstTrap(): FilterTrap | undefined {
    return this.#traps[0];
  }

  /** What modules logged since the test began. */
  get logs(): readonly LogLine[] {
    return this.#logs.slice();
  }

  /** Takes each line that a module logs. At level trace, for the calls, that is more than the suite wants to see. */
  takeLog(line: LogLine): void {
    if (LOG_LEVELS.indexOf(line.level) >= LOG_LEVELS.indexOf(this.#logLevel)) this.#logs.push(line);
  }

  /** Takes each line of Envoy's output. */
  take(line: string): void {
    this.#trace.take(line);
    const trap = trapIn(line);
    if (trap) this.#traps.push({ plugin: this.#plugin, ...trap });
    if (line.includes(LEVEL_CHANGED)) this.#levelChanges++;
  }

  beginTest(): void {
    this.#firstTrapOfTest = this.#traps.length;
    this.#logs = [];
    this.#calls.beginTest();
  }

  /** See `TestHost.record`. */
  async record<T>(admin: EnvoyAdmin, action: () => Promise<T>): Promise<Recording<T>> {
    const recorder = new CallRecorder();
    if (this.#recordings++ === 0) await this.#setLevel(admin, "trace");
    const end = this.#calls.listen(recorder);
    try {
      const result = await action();
      await this.settled(admin);
      return recordingOf(result, recorder);
    } finally {
      end();
      if (--this.#recordings === 0) await this.#setLevel(admin, this.level);
    }
  }

  /** See `TestHost.settled`. Rejects if Envoy's log stays silent. */
  async settled(admin: EnvoyAdmin): Promise<void> {
    await this.untilIdle(admin);
    await this.#setLevel(admin, this.#recordings > 0 ? "trace" : this.level);
  }

  /** Waits until Envoy has ended its requests, as far as they end by themselves. */
  async untilIdle(admin: EnvoyAdmin): Promise<void> {
    await poll(
      async () => (await admin.stats(`^${ACTIVE_REQUESTS}$`)).get(ACTIVE_REQUESTS) === 0 || undefined,
      { timeoutMs: IDLE_TIMEOUT_MS, intervalMs: POLL_MS },
    );
  }

  async #setLevel(admin: EnvoyAdmin, level: LogLevel): Promise<void> {
    const before = this.#levelChanges;
    await admin.setLogLevel(COMPONENT, level);
    const isSaid = await poll(() => this.#levelChanges > before || undefined, {
      timeoutMs: FLUSH_TIMEOUT_MS,
      intervalMs: POLL_MS,
    });
    if (!isSaid) throw new Error("Envoy does not say that its log level has changed");
  }
}
