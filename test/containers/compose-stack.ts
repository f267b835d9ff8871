/** The stack of docker-compose.yml, brought up by one of the programs that read it. */
import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { run } from "../../harness/src/process/exec.ts";
import { beforeProcessEnds } from "../../harness/src/process/lifetime.ts";
import { WORKSPACE } from "../../harness/src/wasm/build.ts";

const PROGRAMS = [["docker", "compose"], ["docker-compose"]] as const;
const UP_MS = 240_000;
const DOWN_MS = 120_000;

/** The programs that this machine has, with their versions. */
export function composePrograms(): { name: string; command: readonly string[]; version: string }[] {
  return PROGRAMS.flatMap((command) => {
    const [program, ...args] = command;
    const { status, stdout } = spawnSync(program, [...args, "version", "--short"], { encoding: "utf8" });
    return status === 0 ? [{ name: command.join(" "), command, version: stdout.trim() }] : [];
  });
}

/** A stack with a name and ports of its own. */
export class Stack {
  readonly #command: readonly string[];
  readonly #project = `sidecraft-test-${process.pid}`;
  readonly #env: NodeJS.ProcessEnv;
  readonly #release: () => void;
  /** The older program takes a second for each. */
  readonly #ports = new Map<string, number>();

  /**
   * @param command how the program is called
   * @param images variables of docker-compose.yml with their images
   */
  constructor(command: readonly string[], images: Readonly<Record<string, string>>) {
    this.#command = command;
    const ports = ["", "_ADMIN", "_IDENTITY", "_PROMETHEUS"].map((name) => [`SIDECRAFT${name}_PORT`, "0"]);
    this.#env = { ...process.env, ...images, ...Object.fromEntries(ports) };
    this.#release = beforeProcessEnds(() => this.#run(["down", "--volumes", "--remove-orphans"]));
  }

  /** Creates and starts what the profiles name, beside what is up already. */
  async up(...profiles: readonly string[]): Promise<void> {
    const [program = "", ...args] = this.#arguments([
      ...profiles.flatMap((profile) => ["--profile", profile]),
      ...["up", "--detach"],
    ]);
    const result = await run(program, args, { timeoutMs: UP_MS, cwd: WORKSPACE, env: this.#env });
    if (result.status !== 0) throw new Error(`up failed:\n${result.stderr}\n${this.logs()}`);
  }

  /** The port of this machine that leads to a service. */
  port(service: string, port: number): number {
    const key = `${service}:${port}`;
    const known = this.#ports.get(key);
    if (known !== undefined) return known;
    const found = Number(this.#run([...ALL_PROFILES, "port", service, String(port)]).split(":")[1]);
    this.#ports.set(key, found);
    return found;
  }

  /** Names of the services that have containers, and how these are. */
  services(): Record<string, string> {
    const filter = `label=com.docker.compose.project=${this.#project}`;
    const format = '{{.Label "com.docker.compose.service"}} {{.Status}}';
    const output = execFileSync("docker", ["ps", "--all", "--filter", filter, "--format", format], {
      encoding: "utf8",
    });
    return Object.fromEntries(
      output
        .split("\n")
        .filter(Boolean)
        .map((line) => [line.split(" ")[0], /healthy|starting|Exited/.exec(line)?.[0] ?? "up"]),
    );
  }

  /** What all containers have said. */
  logs(): string {
    return this.#run([...ALL_PROFILES, "logs", "--no-color", "--tail", "40"]);
  }

  /** Stops and removes everything. */
  down(): void {
    this.#run([...ALL_PROFILES, "down", "--volumes", "--remove-orphans"]);
    this.#release();
  }

  #run(args: readonly string[]): string {
    const [program = "", ...rest] = this.#arguments(args);
    const { status, stdout, stderr } = spawnSync(program, rest, {
      cwd: WORKSPACE,
      env: this.#env,
      encoding: "utf8",
      timeout: DOWN_MS,
    });
    if (status !== 0) throw new Error(`${program} ${rest.join(" ")}: ${stderr}`);
    return stdout;
  }

  #arguments(args: readonly string[]): string[] {
    return [
      ...this.#command,
      "--project-name",
      this.#project,
      "--file",
      join(WORKSPACE, "docker-compose.yml"),
      ...args,
    ];
  }
}

/** Every profile but the default one. */
export const PROFILES = ["auth", "ratelimit", "observability"] as const;
const ALL_PROFILES = PROFILES.flatMap((profile) => ["--profile", profile]);
