/** The part of a running Envoy that does not depend on how it was started. */
import type { FilterSpec, LogLine, UpdateResult } from "../model/index.ts";
import type { HttpAdmin } from "./admin.ts";
import type { EnvoyInstallation } from "./installation.ts";
import type { EnvoyLog } from "./log.ts";
import type { EnvoyExit, RunningEnvoy } from "./options.ts";
import type { Reloader } from "./reload.ts";
import { Watch } from "./watch.ts";

/** What a driver knows about the Envoy that it started. */
export interface StartedEnvoy {
  readonly installation: EnvoyInstallation;
  readonly host: string;
  readonly listenerPort: number;
  readonly tcpPort?: number;
  readonly adminPort: number;
  readonly pid?: number;
  readonly admin: HttpAdmin;
  readonly log: EnvoyLog;
  readonly exited: Promise<EnvoyExit>;
  /** Absent if filters cannot be replaced. */
  readonly reloader?: Reloader | undefined;
  /** Ends Envoy and removes everything made for it. */
  end(): Promise<void>;
}

/** A running Envoy, see {@link RunningEnvoy}. */
export class Running implements RunningEnvoy {
  readonly installation: EnvoyInstallation;
  readonly host: string;
  readonly listenerPort: number;
  readonly tcpPort?: number;
  readonly adminPort: number;
  readonly url: string;
  readonly pid?: number;
  readonly admin: HttpAdmin;
  readonly logs: readonly LogLine[];
  readonly output: readonly string[];
  readonly exited: Promise<EnvoyExit>;
  readonly #started: StartedEnvoy;
  readonly #watch: Watch;
  #stopping: Promise<void> | undefined;

  /** @param started what the driver knows */
  constructor(started: StartedEnvoy) {
    this.#started = started;
    this.installation = started.installation;
    this.host = started.host;
    this.listenerPort = started.listenerPort;
    if (started.tcpPort !== undefined) this.tcpPort = started.tcpPort;
    this.adminPort = started.adminPort;
    this.url = `http://${started.host}:${started.listenerPort}`;
    if (started.pid !== undefined) this.pid = started.pid;
    this.admin = started.admin;
    this.logs = started.log.logs;
    this.output = started.log.output;
    this.exited = started.exited;
    this.#watch = new Watch(this);
  }

  async updateFilter(name: string, config: unknown): Promise<UpdateResult> {
    const spec = this.#reloader().current(name);
    if (spec === undefined) throw new Error(`Envoy runs no filter "${name}"`);
    return this.replaceFilter({ ...spec, config });
  }

  async replaceFilter(filter: FilterSpec): Promise<UpdateResult> {
    return this.#reloader().replace(filter, this.admin, this.#started.log);
  }

  watch<T>(answer: Promise<T>): Promise<T> {
    return this.#watch.over(answer);
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#started.end();
    return this.#stopping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #reloader(): Reloader {
    const { reloader } = this.#started;
    if (reloader === undefined)
      throw new Error("this Envoy was started without `reloadable`: its filters are fixed");
    return reloader;
  }
}
