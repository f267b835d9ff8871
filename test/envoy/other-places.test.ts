import { describe, expect, it } from "vitest";
import { type RunningEnvoy, startEnvoy } from "../../harness/src/envoy/index.ts";
import { sendHttp, serveHttp } from "../../harness/src/http/index.ts";
import { type JsonObject, wasmConfig } from "../../harness/src/ship/index.ts";
import { buildEntry } from "../../harness/src/wasm/build.ts";
import { envoyOrSkip } from "./support.ts";

const installation = await envoyOrSkip("binary");
const TYPES = "type.googleapis.com/envoy.extensions";
const HOST = "127.0.0.1";

/** The configuration, of the message `type`, of a module given by its source. */
async function plugin(entry: string, type: string): Promise<JsonObject> {
  const { wasmPath } = await buildEntry(`test/sdk/assembly/${entry}.ts`);
  return wasmConfig({ name: entry, wasmPath }, {}, `${TYPES}.${type}`);
}

const accessLog = async (entry: string): Promise<JsonObject> => ({
  name: "envoy.access_loggers.wasm",
  typed_config: await plugin(entry, "access_loggers.wasm.v3.WasmAccessLog"),
});

/** Adds access loggers to the connection manager. */
function withAccessLog(config: JsonObject, access_log: JsonObject[]): JsonObject {
  const { static_resources } = structuredClone(config) as unknown as {
    static_resources: { listeners: { filter_chains: { filters: { typed_config: JsonObject }[] }[] }[] };
  };
  const manager = static_resources.listeners[0]?.filter_chains[0]?.filters[0];
  if (!manager) throw new Error("the bootstrap has no connection manager");
  manager.typed_config = { ...manager.typed_config, access_log };
  return { ...config, static_resources: static_resources as unknown as JsonObject };
}

/** Adds a stat sink. */
function withStatSink(typed_config: JsonObject): (config: JsonObject) => JsonObject {
  const sink = { name: "envoy.stat_sinks.wasm", typed_config };
  return (config) => ({ ...config, stats_flush_interval: "0.05s", stats_sinks: [sink] });
}

/** How many statistics of a kind Envoy has that were ever written. */
async function used(envoy: RunningEnvoy, type: string): Promise<number> {
  const text = await envoy.admin.get(`/stats?usedonly&type=${type}`);
  return text.split("\n").filter((line) => line !== "").length;
}

/** Runs `test` on an Envoy with one upstream, whose bootstrap is amended. */
async function onEnvoy(
  amend: (config: JsonObject) => JsonObject,
  test: (envoy: RunningEnvoy) => Promise<void>,
): Promise<void> {
  if (!installation) throw new Error("no Envoy");
  await using upstream = await serveHttp(
    () => ({ status: 200, headers: [], body: Buffer.from("x"), trailers: [["x-t-sum", "7"]] }),
    HOST,
  );
  await using envoy = await startEnvoy({
    installation,
    topology: { filters: [], routes: [{ match: { prefix: "/" }, cluster: "up" }], workers: 1 },
    clusters: [{ name: "up", port: upstream.port }],
    http1Trailers: true,
    amend,
  });
  await test(envoy);
  expect(
    envoy.output.filter((line) => /Function: proxy_on_\w+ failed|Proxy-Wasm.*failed/.test(line)),
  ).toEqual([]);
}

const get = (envoy: RunningEnvoy, path: string) =>
  sendHttp(envoy.listenerPort, { method: "GET", path, authority: "a", headers: [], body: new Uint8Array() });

const logged = (envoy: RunningEnvoy, text: string) =>
  expect.poll(() => envoy.logs.map(({ message }) => message), { timeout: 10_000 }).toContain(text);

describe.skipIf(!installation)("A module in Envoy", () => {
  it("is an access logger: the plugin logs, with headers and properties", async () => {
    const loggers = [await accessLog("access-log")];
    await onEnvoy(
      (config) => withAccessLog(config, loggers),
      async (envoy) => {
        expect((await get(envoy, "/path")).status).toBe(200);
        await logged(envoy, "logged /path 200 7 via_upstream");
        expect(envoy.logs.map(({ message }) => message)).not.toContain("a filter logs");
      },
    );
  });

  it("may be one without a plugin that logs: nothing traps", async () => {
    const loggers = [await accessLog("log-only"), await accessLog("stateless"), await accessLog("script")];
    await onEnvoy(
      (config) => withAccessLog(config, loggers),
      async (envoy) => {
        for (let n = 0; n < 3; n++) expect((await get(envoy, "/")).status).toBe(200);
      },
    );
  });

  it("is a service of the process, with a timer", async () => {
    const service = await plugin("access-log", "wasm.v3.WasmService");
    const typed_config = { ...service, singleton: true };
    await onEnvoy(
      (config) => ({ ...config, bootstrap_extensions: [{ name: "envoy.bootstrap.wasm", typed_config }] }),
      (envoy) => logged(envoy, "ticked"),
    );
  });

  it("is a stat sink, and sees every counter and gauge that was ever written", async () => {
    await onEnvoy(withStatSink(await plugin("stat-sink", "stat_sinks.wasm.v3.Wasm")), async (envoy) => {
      expect((await get(envoy, "/")).status).toBe(200);
      // Reading them changes some, and brings some about.
      await expect
        .poll(
          async () => {
            const [counters, gauges] = await Promise.all([used(envoy, "Counters"), used(envoy, "Gauges")]);
            expect(Math.min(counters, gauges)).toBeGreaterThan(10);
            return envoy.logs.at(-1)?.message === `${counters} and ${gauges}`;
          },
          { timeout: 10_000 },
        )
        .toBe(true);
    });
  });

  it("may be a stat sink that does not look at them: nothing traps", async () => {
    await onEnvoy(withStatSink(await plugin("access-log", "stat_sinks.wasm.v3.Wasm")), (envoy) =>
      logged(envoy, "ticked"),
    );
  });
});
