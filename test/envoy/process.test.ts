import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import {
  EnvoyStartError,
  type RunningEnvoy,
  startEnvoy,
  type StartOptions,
} from "../../harness/src/envoy/index.ts";
import { CONFIGURED_MESSAGE, MODULES, writeModule } from "./modules.ts";
import { envoyOrSkip, scratch } from "./support.ts";
import { expectReloads } from "./reload-contract.ts";
import { topologyWith } from "./topology.ts";

const installation = await envoyOrSkip("binary");

describe.skipIf(installation === null)("a native Envoy", () => {
  let modules: Record<keyof typeof MODULES, string>;
  let upstream: Server;

  beforeAll(async () => {
    const directory = await mkdtemp(join(tmpdir(), "sidecraft-test-"));
    const names = Object.keys(MODULES) as (keyof typeof MODULES)[];
    const paths = await Promise.all(
      names.map(async (name) => [name, await writeModule(join(directory, name), name)]),
    );
    modules = Object.fromEntries(paths) as typeof modules;
    upstream = createServer((request, response) => response.end(`upstream saw ${request.url}`)).listen(
      0,
      "127.0.0.1",
    );
    await once(upstream, "listening");
    return async () => {
      upstream.close();
      await rm(directory, { recursive: true });
    };
  });

  async function start(
    options: Partial<StartOptions> & Pick<StartOptions, "topology">,
  ): Promise<RunningEnvoy> {
    const clusters = [{ name: "up", port: (upstream.address() as AddressInfo).port }];
    const envoy = await startEnvoy({ installation: installation!, clusters, ...options });
    onTestFinished(() => envoy.stop());
    return envoy;
  }
  const status = async (envoy: RunningEnvoy) => (await fetch(envoy.url)).status;

  it("serves, and tells ports, statistics and what modules log", async () => {
    const heard: string[] = [];
    const envoy = await start({
      topology: topologyWith(modules.status),
      onLog: ({ message }) => heard.push(message),
    });
    expect(await status(envoy)).toBe(202);
    expect(envoy.logs[0]).toEqual({ level: "info", plugin: "probe", message: CONFIGURED_MESSAGE });
    expect(heard).toEqual(envoy.logs.map(({ message }) => message));
    expect(await envoy.admin.ready()).toBe(true);
    expect(
      (await envoy.admin.stats("downstream_rq_total")).get("http.ingress_http.downstream_rq_total"),
    ).toBe(1);
    expect(await envoy.admin.configDump()).toHaveProperty("configs");
    expect(envoy.output.filter((line) => line.includes("[warning]"))).toEqual([]);
  });

  it("passes requests to an upstream of this process, and prints an access log", async () => {
    const envoy = await start({ topology: topologyWith(modules.empty), accessLog: true });
    expect(await (await fetch(`${envoy.url}/a//b/../c?d`)).text()).toBe("upstream saw /a/c?d");
    await envoy.stop();
    expect(envoy.output.some((line) => line.includes('"GET /a/c?d HTTP/1.1" 200'))).toBe(true);
  });

  it("leaves no process and no file", async () => {
    const before = await sidecraftFiles();
    const envoy = await startEnvoy({
      installation: installation!,
      topology: topologyWith(modules.empty),
      clusters: [{ name: "up", port: 9 }],
    });
    const { pid = 0 } = envoy;
    expect(alive(pid)).toBe(true);
    const made = (await sidecraftFiles()).filter((name) => !before.includes(name));
    expect(made.length).toBeGreaterThan(0);
    await Promise.all([envoy.stop(), envoy.stop()]);
    expect(alive(pid)).toBe(false);
    expect((await envoy.exited).status).toBe(0);
    expect((await sidecraftFiles()).filter((name) => made.includes(name))).toEqual([]);
  });

  it.each(["SIGINT", "SIGTERM", "exit", "throw"])("ends with its process: %s", async (how) => {
    const directory = await scratch();
    await mkdir(join(directory, "tmp"));
    const child = spawn(
      process.execPath,
      [
        join(import.meta.dirname, "keep-running.ts"),
        JSON.stringify({ installation, wasmPath: modules.empty, how }),
      ],
      { stdio: ["ignore", "pipe", "ignore"], env: { ...process.env, TMPDIR: join(directory, "tmp") } },
    );
    const ended = once(child, "exit");
    const [line] = (await once(createInterface(child.stdout), "line")) as [string];
    const pid = Number(line);
    if (how.startsWith("SIG")) {
      expect(alive(pid)).toBe(true);
      child.kill(how as NodeJS.Signals);
    }
    const [code, signal] = (await ended) as [number | null, string | null];
    expect(how.startsWith("SIG") ? signal : code).toBe({ exit: 3, throw: 1 }[how] ?? how);
    await expect.poll(() => alive(pid)).toBe(false);
    expect(await readdir(join(directory, "tmp"))).toEqual([]);
  });

  it("says which port is taken", async () => {
    const { port } = upstream.address() as AddressInfo;
    const topology = topologyWith(modules.empty);
    for (const taken of [{ listenerPort: port }, { adminPort: port }]) {
      const error = await start({ topology, ...taken }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(EnvoyStartError);
      expect(error).toMatchObject({
        failure: { kind: "port-taken", port },
        message: expect.stringContaining(`port ${port} is taken`),
      });
    }
    const first = await start({ topology });
    const second = start({ topology, listenerPort: first.listenerPort });
    await expect(second).rejects.toMatchObject({ failure: { kind: "port-taken", port: first.listenerPort } });
  });

  describe.each([false, true])("with reloadable %s", (reloadable) => {
    it.each([
      [
        "a module that cannot be linked",
        () => topologyWith(modules.unlinkable),
        "missing import: env.no_such_function",
      ],
      [
        "a configuration that the module refuses",
        () => topologyWith(modules.status, "bad"),
        "three bytes are refused",
      ],
    ])("tells why Envoy refuses %s", async (_what, topology, reason) => {
      const error = await start({ topology: topology(), reloadable }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(EnvoyStartError);
      expect(error).toMatchObject({ failure: { kind: "refused" }, message: expect.stringContaining(reason) });
    });
  });

  it("takes new configurations and modules, and keeps the old ones when it refuses", () =>
    expectReloads(start, modules));

  it("takes updates asked for at once one after the other", async () => {
    const envoy = await start({ topology: topologyWith(modules.status), reloadable: true });
    const results = await Promise.all(
      ["four", "bad", "fives", "sixsix"].map((config) => envoy.updateFilter("probe", config)),
    );
    expect(results.map(({ accepted }) => accepted)).toEqual([true, false, true, true]);
    expect(await status(envoy)).toBe(206);
  });

  it("refuses updates of filters it does not have, or that are fixed", async () => {
    const topology = topologyWith(modules.empty);
    await expect((await start({ topology })).updateFilter("probe", "x")).rejects.toThrow(
      "without `reloadable`",
    );
    await expect((await start({ topology, reloadable: true })).updateFilter("other", "x")).rejects.toThrow(
      'no filter "other"',
    );
  });
});

/** Whether a process runs. One that has ended, but whose status nobody has read, does not: init may be slow to. */
function alive(pid: number): boolean {
  const state = existsSync("/proc/self/stat")
    ? processState(pid)
    : spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" }).stdout.trim();
  return state !== "" && !state.startsWith("Z");
}

/** The state letter in Linux's `/proc/<pid>/stat`; empty if there is no such process. */
function processState(pid: number): string {
  try {
    return /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1] ?? "";
  } catch {
    return "";
  }
}

async function sidecraftFiles(): Promise<string[]> {
  const lists = await Promise.all([tmpdir(), "/dev/shm"].map((path) => readdir(path).catch(() => [])));
  return lists.flat().filter((name) => /^(sidecraft-envoy-|envoy_shared)/.test(name));
}
