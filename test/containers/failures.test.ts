import { execFileSync, spawn } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { poll } from "../../harness/src/envoy/wait.ts";
import {
  dockerUnavailable,
  type ImageInstallation,
  obtainImage,
  startEnvoy,
  type StartOptions,
} from "../../harness/src/envoy/index.ts";
import type { JsonObject } from "../../harness/src/ship/index.ts";
import { scratch } from "../cli/run-cli.ts";
import { writeModule } from "../envoy/modules.ts";
import { topologyWith } from "../envoy/topology.ts";
import { SecondEngine, secondEngineUnavailable } from "./second-engine.ts";

/** Starts, and does nothing else: its shell waits for a line that never comes. */
const SLEEPER = "sidecraft/test:sleeper";
const WAITS = "coproc { read; }; wait";

let installation: ImageInstallation;
let wasmPath: string;

beforeAll(async () => {
  const { kind, image, version, source } = await obtainImage();
  installation = { kind, image, version, source };
  const directory = await mkdtemp(join(tmpdir(), "sidecraft-test-"));
  wasmPath = await writeModule(join(directory, "empty.wasm"), "empty");
  const id = docker("create", image).trim();
  docker("commit", "--change", `ENTRYPOINT ${JSON.stringify(["bash", "-c", WAITS])}`, id, SLEEPER);
  docker("rm", id);
  return async () => {
    docker("image", "rm", SLEEPER);
    await rm(directory, { recursive: true });
  };
});

const options = (image = installation.image): StartOptions => ({
  installation: { ...installation, image },
  topology: topologyWith(wasmPath),
  clusters: [{ name: "up", port: 9 }],
});

describe("Envoy in a container that does not come up", () => {
  it("tells in Envoy's words why it ended, and shows the line that they mean", async () => {
    const amend = (config: JsonObject): JsonObject => {
      const { listeners } = config["static_resources"] as { listeners: readonly JsonObject[] };
      return { ...config, static_resources: { listeners: [{ ...listeners[0], prot: 1 }], clusters: [] } };
    };
    const error: unknown = await startEnvoy({ ...options(), amend }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ failure: { kind: "refused" } });
    const { message } = error as Error;
    expect(message).toMatch(/no such field: 'prot'/);
    expect(message).toMatch(/line \d+ of its configuration:\n(.*\n){1,3} +> +\d+ \| +"prot": 1\n/);
    expect(left()).toEqual([]);
  });

  it("is given up when it is not ready in time", async () => {
    const started = startEnvoy({ ...options(SLEEPER), startTimeoutMs: 3000 });
    await expect(started).rejects.toMatchObject({
      failure: { kind: "timeout", afterMs: 3000 },
      message: expect.stringContaining("Envoy was not ready within 3000 ms"),
    });
    expect(left()).toEqual([]);
  });

  it("names an image that is not there and cannot be pulled, and what to do", async () => {
    const image = "localhost:9/sidecraft/none:1";
    await expect(startEnvoy(options(image))).rejects.toMatchObject({
      failure: { kind: "engine" },
      message: expect.stringMatching(
        /has no image localhost:9.*: cannot pull .*`sidecraft image build envoy`/,
      ),
    });
  });
});

describe("an engine that may not be asked", () => {
  it("is told where there is none", async () => {
    const env = { ...process.env, DOCKER_HOST: "unix:///nonexistent/docker.sock" };
    expect(await dockerUnavailable(env)).toMatch(/nonexistent.*; start it .*DOCKER_HOST/);
    const { outcome } = run(options(), env);
    expect(await outcome).toMatchObject({
      step: "start",
      failure: { kind: "engine" },
      message: expect.stringMatching(/^no Envoy in a container: .*; start it/),
    });
  });

  it.skipIf(process.getuid?.() !== 0)("is told where the user may not use its socket", async () => {
    using directory = scratch();
    const real = execFileSync("which", ["docker"], { encoding: "utf8" }).trim();
    const wrapper = join(directory.path, "docker");
    writeFileSync(wrapper, `#!/bin/sh\nexec setpriv --reuid 65534 --clear-groups ${real} "$@"\n`);
    chmodSync(wrapper, 0o755);
    const env = { ...process.env, PATH: `${directory.path}:${process.env["PATH"]}`, HOME: directory.path };
    const { outcome } = run(options(), env);
    expect(await outcome).toMatchObject({
      failure: { kind: "engine" },
      message: expect.stringMatching(/permission denied.*; your user may not use that socket: .*usermod/),
    });
  });
});

const unavailable = secondEngineUnavailable();
if (unavailable !== undefined) {
  if (process.env["CI"]) throw new Error(unavailable);
  console.warn(`skipping what stops an engine: ${unavailable}`);
}

describe.skipIf(unavailable !== undefined)("an engine that goes away", { timeout: 120_000 }, () => {
  let engine: SecondEngine;

  beforeAll(async () => {
    engine = new SecondEngine();
    await engine.start();
    for (const image of [installation.image, SLEEPER]) engine.takeImage(image);
  }, 180_000);
  afterEach(async () => {
    engine.signal("SIGCONT");
    await engine.stop();
    await engine.start();
    const names = engine.containers();
    if (names.length > 0) engine.docker("rm", "--force", ...names);
  }, 120_000);
  afterAll(async () => {
    await engine.stop();
    engine.remove();
  }, 60_000);

  const env = (): NodeJS.ProcessEnv => ({ ...process.env, DOCKER_HOST: engine.host });

  it("while Envoy starts: is an error that says so, soon", async () => {
    const { outcome } = run({ ...options(SLEEPER), startTimeoutMs: 60_000 }, env());
    await poll(() => engine.containers().length > 0 || undefined, { timeoutMs: 30_000, intervalMs: 50 });
    await engine.stop();
    const { step, failure, message, milliseconds } = await outcome;
    expect({ step, failure }).toEqual({ step: "start", failure: { kind: "engine" } });
    expect(message).toMatch(
      /the Docker engine went away while Envoy started .*; start it .*docker rm --force sidecraft/,
    );
    expect(milliseconds).toBeLessThan(60_000);
  });

  it("while Envoy runs: ends it, and stopping says what is left to do", async () => {
    const { outcome, ready } = run(options(), env());
    await ready;
    await engine.stop();
    expect(await outcome).toMatchObject({
      step: "stop",
      message: expect.stringMatching(
        /; start it .*`docker rm --force sidecraft-envoy-.*` removes the container/,
      ),
    });
    await engine.start();
    expect(engine.docker("ps", "--quiet").stdout).toBe("");
  });

  it("or hangs: is not waited for without end", async () => {
    const { outcome, ready, end } = run(options(), env());
    await ready;
    engine.signal("SIGSTOP");
    end();
    expect(await outcome).toMatchObject({
      step: "stop",
      message: expect.stringMatching(/docker rm did not end within 30000 ms; the engine hangs: restart it/),
    });
  });
});

interface Outcome {
  readonly step: "start" | "stop" | "stopped";
  readonly message?: string;
  readonly failure?: unknown;
  readonly milliseconds: number;
}

/** Starts Envoy in a process of its own, whose client of the engine is new. */
function run(
  { installation: image, topology, clusters, startTimeoutMs }: StartOptions,
  env: NodeJS.ProcessEnv,
): { ready: Promise<void>; outcome: Promise<Outcome>; end: () => void } {
  const argument = JSON.stringify({ installation: image, topology, clusters, startTimeoutMs });
  const child = spawn(process.execPath, [join(import.meta.dirname, "run-envoy.ts"), argument], {
    env,
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines: string[] = [];
  const isReady = Promise.withResolvers<void>();
  createInterface(child.stdout).on("line", (line) => {
    lines.push(line);
    if (line === "ready") isReady.resolve();
  });
  const outcome = new Promise<Outcome>((resolve, reject) =>
    child.once("close", () => {
      const last = lines.at(-1);
      if (last === undefined || last === "ready") reject(new Error("it ended without a word"));
      else resolve(JSON.parse(last) as Outcome);
    }),
  );
  outcome.then((result) => isReady.reject(new Error(result.message)), isReady.reject);
  isReady.promise.catch(() => undefined);
  return { ready: isReady.promise, outcome, end: () => child.stdin.end() };
}

function docker(...args: string[]): string {
  return execFileSync("docker", args, { encoding: "utf8" });
}

/** Containers of this harness that are still there. */
function left(): string[] {
  const args = ["ps", "--all", "--filter", "name=^/?sidecraft-envoy-", "--format", "{{.Names}}"];
  return docker(...args)
    .split("\n")
    .filter(Boolean);
}
