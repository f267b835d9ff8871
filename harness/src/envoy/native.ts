/** Starts Envoy as a child process. */
import { spawn, type ChildProcess } from "node:child_process";
import { copyFile, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bootstrap, discoveryFileName, LISTENER_NAME, TCP_LISTENER_NAME } from "../ship/index.ts";
import { HttpAdmin } from "./admin.ts";
import { EnvoyStartError } from "./errors.ts";
import { errorCode, errorText } from "../process/exec.ts";
import { sha256File } from "./hash.ts";
import type { BinaryInstallation } from "./installation.ts";
import { beforeProcessEnds, makeTempDir } from "../process/lifetime.ts";
import { EnvoyLog } from "./log.ts";
import {
  allFilters,
  commonArguments,
  type EnvoyExit,
  isOnThisMachine,
  type StartOptions,
} from "./options.ts";
import { requireFreePort } from "./ports.ts";
import { type Publisher, Reloader } from "./reload.ts";
import { Running } from "./running.ts";
import { poll } from "./wait.ts";

const LOOPBACK = "127.0.0.1";
const GRACE_MS = 3_000;

/**
 * Starts an Envoy on this machine. It ends with this process at the latest.
 *
 * @param installation the program
 * @param options how to start it
 * @returns Envoy, ready for requests
 * @throws {EnvoyStartError} if it does not come up
 */
export async function startNative(installation: BinaryInstallation, options: StartOptions): Promise<Running> {
  const listenerHost = options.bindHost ?? LOOPBACK;
  await requireFreePort(listenerHost, options.listenerPort ?? 0);
  await requireFreePort(LOOPBACK, options.adminPort ?? 0);

  const directory = await makeTempDir("sidecraft-envoy-");
  let child: EnvoyChild | undefined;
  try {
    const publisher = new FilePublisher(directory.path);
    const reloader = options.reloadable === true ? new Reloader(publisher) : undefined;
    await publisher.makeDirectories();
    await reloader?.publishFirst(options.topology.filters);

    const configFile = join(directory.path, "envoy.json");
    const adminFile = join(directory.path, "admin-address");
    const config = bootstrap(options.topology, {
      listener: { host: listenerHost, port: options.listenerPort ?? 0 },
      admin: { host: LOOPBACK, port: options.adminPort ?? 0 },
      clusters: options.clusters.map(({ host, ...cluster }) => {
        return { ...cluster, host: host === undefined || isOnThisMachine(host) ? LOOPBACK : host };
      }),
      ...(reloader !== undefined && { dynamicFilters: publisher.answers }),
      ...(options.accessLog === true && { accessLog: "/dev/stdout" }),
      ...(options.http1Trailers !== undefined && { http1Trailers: options.http1Trailers }),
      ...(options.proxyProtocol !== undefined && { proxyProtocol: options.proxyProtocol }),
      ...(options.http2Metadata !== undefined && { http2Metadata: options.http2Metadata }),
      ...(options.tap !== undefined && { tap: resolve(options.tap) }),
    });
    const text = JSON.stringify(options.amend?.(config) ?? config, null, 2);
    await writeFile(configFile, text);

    const log = new EnvoyLog(allFilters(options.topology), options);
    const args = [
      "--config-path",
      configFile,
      "--admin-address-path",
      adminFile,
      ...commonArguments(options),
    ];
    child = await EnvoyChild.spawn(installation.path, args, log);
    const ready = await untilReady(child, adminFile, { log, options, config: text });
    const refused = await reloader?.refusedAtStart(ready.admin);
    if (refused !== undefined) {
      throw EnvoyStartError.refused(`Envoy refused ${refused.join(", ")}`, log.output);
    }
    const running = child;
    return new Running({
      installation,
      host: LOOPBACK,
      listenerPort: ready.listenerPort,
      ...(ready.tcpPort !== undefined && { tcpPort: ready.tcpPort }),
      adminPort: ready.adminPort,
      pid: running.pid,
      admin: ready.admin,
      log,
      exited: running.exited,
      reloader,
      end: async () => {
        await running.end();
        await directory.remove();
      },
    });
  } catch (error) {
    await child?.end();
    await directory.remove();
    throw error;
  }
}

interface Ready {
  readonly admin: HttpAdmin;
  readonly adminPort: number;
  readonly listenerPort: number;
  readonly tcpPort?: number;
}

/** An Envoy on its way up. */
interface Starting {
  readonly log: EnvoyLog;
  readonly options: StartOptions;
  /** Text of its configuration. */
  readonly config: string;
}

async function untilReady(
  child: EnvoyChild,
  adminFile: string,
  { log, options, config }: Starting,
): Promise<Ready> {
  const timeoutMs = options.startTimeoutMs ?? 60_000;
  let admin: HttpAdmin | undefined;
  const ready = await poll(
    async (): Promise<Ready | undefined> => {
      if (child.ended !== undefined) throw refusal(child.ended, log, config);
      const adminPort = await readAdminPort(adminFile);
      if (adminPort === undefined) return undefined;
      admin ??= new HttpAdmin(`http://${LOOPBACK}:${adminPort}`);
      if (!(await admin.ready())) return undefined;
      try {
        if (!(await admin.workersStarted())) return undefined;
        const listenerPort = await admin.listenerPort(LISTENER_NAME);
        if (!options.topology.networkFilters) return { admin, adminPort, listenerPort };
        return { admin, adminPort, listenerPort, tcpPort: await admin.listenerPort(TCP_LISTENER_NAME) };
      } catch (error) {
        // It may have ended between two questions; the next look tells.
        if (child.ended !== undefined) return undefined;
        throw error;
      }
    },
    { timeoutMs, intervalMs: 10 },
  );
  if (ready !== undefined) return ready;
  // The admin port is open from early on; who answers there is the main thread, which also starts the modules.
  throw EnvoyStartError.timeout(timeoutMs, log.output, admin !== undefined && !(await admin.answers()));
}

function refusal(exit: EnvoyExit, log: EnvoyLog, config: string): EnvoyStartError {
  return EnvoyStartError.refused(
    `Envoy ended while starting (${exit.status === null ? (exit.signal ?? "a signal") : `status ${exit.status}`})`,
    log.output,
    config,
  );
}

async function readAdminPort(file: string): Promise<number | undefined> {
  try {
    const port = /:(\d+)$/.exec(await readFile(file, "utf8"))?.[1];
    return port === undefined ? undefined : Number(port);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** An Envoy process in a process group of its own: a Ctrl-C in the terminal reaches the harness only. */
class EnvoyChild {
  readonly pid: number;
  readonly exited: Promise<EnvoyExit>;
  /** Set as soon as the process has ended and its output was read. */
  ended: EnvoyExit | undefined;
  readonly #release: () => void;

  private constructor(child: ChildProcess, pid: number, log: EnvoyLog) {
    this.pid = pid;
    for (const stream of [child.stdout, child.stderr]) {
      const read = log.reader();
      stream?.on("data", read).once("end", () => read());
    }
    this.#release = beforeProcessEnds(() => this.#signal("SIGKILL"));
    this.exited = new Promise((resolve) => {
      child.once("close", (status, signal) => {
        this.ended = { status, ...(signal && { signal }) };
        this.#release();
        resolve(this.ended);
      });
    });
  }

  static spawn(path: string, args: readonly string[], log: EnvoyLog): Promise<EnvoyChild> {
    return new Promise((resolve, reject) => {
      const child = spawn(path, args, { stdio: ["ignore", "pipe", "pipe"], detached: true });
      child.once("error", (error) => {
        reject(
          new EnvoyStartError(`${path} does not run: ${errorText(error)}`, { kind: "refused" }, [], {
            cause: error,
          }),
        );
      });
      if (child.pid !== undefined) resolve(new EnvoyChild(child, child.pid, log));
    });
  }

  async end(): Promise<void> {
    if (this.ended !== undefined) return;
    this.#signal("SIGTERM");
    const timer = new AbortController();
    const inTime = sleep(GRACE_MS, false, { signal: timer.signal, ref: true }).catch(() => false);
    if (!(await Promise.race([this.exited.then(() => true), inTime]))) this.#signal("SIGKILL");
    timer.abort();
    await this.exited;
  }

  #signal(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.pid, signal);
    } catch (error) {
      if (errorCode(error) !== "ESRCH") throw error;
    }
  }
}

/** Gives Envoy modules and discovery answers as files; answers are replaced by rename, which is what Envoy watches. */
class FilePublisher implements Publisher {
  readonly answers: string;
  readonly #modules: string;
  #copies = 0;

  constructor(directory: string) {
    this.answers = join(directory, "filters");
    this.#modules = join(directory, "modules");
  }

  async makeDirectories(): Promise<void> {
    await Promise.all([mkdir(this.answers), mkdir(this.#modules)]);
  }

  async publishModule(wasmPath: string): Promise<string> {
    // Copied before it is hashed: a compiler may be writing the original.
    const copy = join(this.#modules, `${++this.#copies}.new`);
    await copyFile(wasmPath, copy);
    const published = join(this.#modules, `${await sha256File(copy)}.wasm`);
    await rename(copy, published);
    return published;
  }

  async publishAnswer(filterName: string, answer: string): Promise<void> {
    const file = join(this.answers, discoveryFileName(filterName));
    await writeFile(`${file}.new`, answer);
    await rename(`${file}.new`, file);
  }
}
