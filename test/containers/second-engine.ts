/** A Docker engine of a test's own, to be stopped, killed or made to hang. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { poll } from "../../harness/src/envoy/wait.ts";
import { beforeProcessEnds } from "../../harness/src/process/lifetime.ts";

const BRIDGE = "sidecraft-test0";
const ADDRESS = "10.207.99.1/24";
const START_MS = 60_000;

/** Why no second engine can be started here; undefined if one can. */
export function secondEngineUnavailable(): string | undefined {
  if (process.getuid?.() !== 0) return "only root can start an engine";
  return spawnSync("sh", ["-c", "command -v dockerd && command -v ip"]).status === 0
    ? undefined
    : "there is no dockerd here, or no ip (iproute2)";
}

/** The engine, with files and a network of its own. */
export class SecondEngine {
  /** For DOCKER_HOST. */
  readonly host: string;
  readonly #directory = mkdtempSync(join(tmpdir(), "sidecraft-engine-"));
  readonly #release: () => void;
  #daemon: ChildProcess | undefined;

  constructor() {
    this.host = `unix://${this.#directory}/socket`;
    this.#release = beforeProcessEnds(() => this.remove());
    spawnSync("ip", ["link", "add", BRIDGE, "type", "bridge"]);
    spawnSync("ip", ["address", "add", ADDRESS, "dev", BRIDGE]);
    execFileSync("ip", ["link", "set", BRIDGE, "up"]);
  }

  /** Starts it, again with what it had, unless it runs. */
  async start(): Promise<void> {
    if (this.#isRunning) return;
    const log = openSync(join(this.#directory, "log"), "a");
    const place = (name: string): string => join(this.#directory, name);
    this.#daemon = spawn(
      "dockerd",
      [
        ...["--host", this.host, "--pidfile", place("pid")],
        ...["--data-root", place("data"), "--exec-root", place("exec")],
        // Published ports work through a proxy process: no rules that the other engine could trip over.
        ...["--bridge", BRIDGE, "--iptables=false", "--ip-forward=false"],
      ],
      { stdio: ["ignore", log, log] },
    );
    const isUp = await poll(() => this.docker("version").status === 0 || undefined, {
      timeoutMs: START_MS,
      intervalMs: 100,
    });
    if (!isUp) throw new Error(readFileSync(join(this.#directory, "log"), "utf8").slice(-2000));
  }

  /** Runs the docker command against it. */
  docker(...args: string[]): { status: number | null; stdout: string } {
    const env = { ...process.env, DOCKER_HOST: this.host };
    return spawnSync("docker", args, { env, encoding: "utf8", timeout: 60_000 });
  }

  /** Gives it an image of the engine that the tests use. */
  takeImage(image: string): void {
    const pipe = `docker save ${image} | DOCKER_HOST=${this.host} docker load --quiet`;
    execFileSync("sh", ["-c", pipe], { stdio: "pipe" });
  }

  /** Names of its containers, running or not. */
  containers(): string[] {
    return this.docker("ps", "--all", "--format", "{{.Names}}").stdout.split("\n").filter(Boolean);
  }

  /** Sends the daemon a signal: SIGTERM ends it and its containers, SIGSTOP makes it hang, SIGCONT lets it go on. */
  signal(name: NodeJS.Signals): void {
    this.#daemon?.kill(name);
  }

  get #isRunning(): boolean {
    return this.#daemon?.exitCode === null && this.#daemon.signalCode === null;
  }

  /** Ends the daemon as a service manager does. */
  async stop(): Promise<void> {
    const daemon = this.#daemon;
    if (!daemon || !this.#isRunning) return;
    const ended = once(daemon, "exit");
    daemon.kill("SIGTERM");
    await ended;
  }

  /** Removes what it left on this machine; for after `stop`. */
  remove(): void {
    this.#release();
    this.#daemon?.kill("SIGKILL");
    spawnSync("ip", ["link", "delete", BRIDGE]);
    // Layers that are still mounted, where the daemon was killed.
    spawnSync("sh", ["-c", `grep -o '${this.#directory}[^ ]*' /proc/mounts | sort -r | xargs -r umount -l`]);
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
