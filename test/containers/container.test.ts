import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import {
  buildEnvoyImage,
  type ImageInstallation,
  resolveEnvoy,
  type RunningEnvoy,
  startEnvoy,
  type StartOptions,
  upstreamBindHost,
  validateConfig,
} from "../../harness/src/envoy/index.ts";
import { bootstrap } from "../../harness/src/ship/index.ts";
import { CONFIGURED_MESSAGE, MODULES, writeModule } from "../envoy/modules.ts";
import { envoyOrSkip } from "../envoy/support.ts";
import { expectReloads } from "../envoy/reload-contract.ts";
import { topologyWith } from "../envoy/topology.ts";

const IMAGE = "sidecraft/envoy:test";

const binary = await envoyOrSkip("binary");

describe.skipIf(binary === null)("Envoy in a container", () => {
  let installation: ImageInstallation;
  let modules: Record<keyof typeof MODULES, string>;
  let upstream: Server;

  beforeAll(async () => {
    if (binary?.kind !== "binary") throw new Error("a program is needed to build the image");
    installation = await buildEnvoyImage({ binary: binary.path, tag: IMAGE });
    const directory = await mkdtemp(join(tmpdir(), "sidecraft-test-"));
    const names = Object.keys(MODULES) as (keyof typeof MODULES)[];
    const paths = await Promise.all(
      names.map(async (name) => [name, await writeModule(join(directory, name), name)]),
    );
    modules = Object.fromEntries(paths) as typeof modules;
    upstream = createServer((request, response) => response.end(`upstream saw ${request.url}`));
    upstream.listen(0, await upstreamBindHost(installation));
    await once(upstream, "listening");
    return async () => {
      upstream.close();
      await rm(directory, { recursive: true });
      docker("image", "rm", IMAGE);
    };
  });

  async function start(
    options: Partial<StartOptions> & Pick<StartOptions, "topology">,
  ): Promise<RunningEnvoy> {
    const clusters = [{ name: "up", port: (upstream.address() as AddressInfo).port }];
    const envoy = await startEnvoy({ installation, clusters, ...options });
    onTestFinished(() => envoy.stop());
    return envoy;
  }
  const status = async (envoy: RunningEnvoy) => (await fetch(envoy.url)).status;

  it("is found by the name that ENVOY_IMAGE gives", async () => {
    const env = { ...process.env, ENVOY_IMAGE: IMAGE };
    expect(installation).toMatchObject(await resolveEnvoy({ env, fetch: false, kind: "image" }));
  });

  it("serves, tells what modules log, and leaves no container", async () => {
    const envoy = await start({ topology: topologyWith(modules.status) });
    expect(await status(envoy)).toBe(202);
    expect(envoy.logs[0]).toEqual({ level: "info", plugin: "probe", message: CONFIGURED_MESSAGE });
    expect(
      (await envoy.admin.stats("downstream_rq_total")).get("http.ingress_http.downstream_rq_total"),
    ).toBe(1);
    expect(containers()).toHaveLength(1);
    await envoy.stop();
    await envoy.exited;
    expect(containers()).toEqual([]);
  });

  it("is started by its driver, where no installation is named", async () => {
    const options = { topology: topologyWith(modules.status), clusters: [{ name: "up", port: 9 }] };
    const started = await Promise.all(
      (["native", "container"] as const).map((driver) => startEnvoy({ ...options, driver })),
    );
    onTestFinished(async () => void (await Promise.all(started.map((envoy) => envoy.stop()))));
    expect(started.map((envoy) => envoy.installation.kind)).toEqual(["binary", "image"]);
    expect(await Promise.all(started.map(status))).toEqual([202, 202]);
  });

  it("reaches upstreams of this process", async () => {
    const envoy = await start({
      topology: topologyWith(modules.empty),
      http1Trailers: true,
      accessLog: true,
    });
    expect(await (await fetch(`${envoy.url}/a`)).text()).toBe("upstream saw /a");
  });

  it("takes new configurations and modules, and keeps the old ones when it refuses", () =>
    expectReloads(start, modules));

  it.each([false, true])("tells why Envoy refuses a module (reloadable %s)", async (reloadable) => {
    const refused = start({ topology: topologyWith(modules.unlinkable), reloadable });
    await expect(refused).rejects.toMatchObject({
      failure: { kind: "refused" },
      message: expect.stringContaining("missing import: env.no_such_function"),
    });
    expect(containers()).toEqual([]);
  });

  it("says which port is taken", async () => {
    const holder = createServer().listen(0, "0.0.0.0");
    await once(holder, "listening");
    onTestFinished(() => void holder.close());
    const { port } = holder.address() as AddressInfo;
    const refused = start({ topology: topologyWith(modules.empty), listenerPort: port });
    await expect(refused).rejects.toMatchObject({ failure: { kind: "port-taken", port } });
  });

  it.each(["SIGTERM", "exit"])("ends with its process: %s", async (how) => {
    const argument = JSON.stringify({ installation, wasmPath: modules.empty, how });
    const script = join(import.meta.dirname, "../envoy/keep-running.ts");
    const child = spawn(process.execPath, [script, argument], { stdio: ["ignore", "pipe", "inherit"] });
    const ended = once(child, "exit");
    await once(createInterface(child.stdout), "line");
    if (how === "SIGTERM") child.kill("SIGTERM");
    await ended;
    expect(containers()).toEqual([]);
  });

  it("validates configurations", async () => {
    const check = (config: string) =>
      validateConfig(
        installation,
        bootstrap(topologyWith(modules.status, config), {
          listener: { host: "0.0.0.0", port: 10_000 },
          admin: { host: "127.0.0.1", port: 9901 },
          clusters: [{ name: "up", host: "upstream.example", port: 80 }],
        }),
      );
    expect(await check("good")).toEqual({ ok: true });
    expect(await check("bad")).toMatchObject({
      ok: false,
      output: expect.stringContaining("three bytes are refused"),
    });
    expect(containers()).toEqual([]);
  });
});

function docker(...args: string[]): string {
  return execFileSync("docker", args, { encoding: "utf8" });
}

/** Containers of this test's image; other programs may use the engine too. */
function containers(): string[] {
  return docker("ps", "--all", "--quiet", "--filter", `ancestor=${IMAGE}`).split("\n").filter(Boolean);
}
