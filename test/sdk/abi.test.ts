import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { ENV_IMPORTS, GUEST_EXPORTS } from "../../harness/src/abi/index.ts";
import { Wasm } from "../../harness/src/emulator/vm/webassembly.ts";
import { EmulatorHost } from "../../harness/src/testing/emulator-host.ts";
import { type GrpcUpstreamCall, describeHosts } from "../../harness/src/testing/index.ts";
import { requestOf } from "../../harness/src/testing/messages.ts";
import { buildEntry } from "../../harness/src/wasm/build.ts";
import { BEGIN, END, HOOKS } from "../../sdk-shim/transform/hooks.js";
import { publicNames } from "../docs/public-names.ts";
import {
  CONFIGURE,
  ENV_ROWS,
  EXPORTS_FOR_OTHERS,
  IMPORTS_FOR_OTHERS,
  NETWORK_HOOKS,
  NEVER_CALLED,
  PENDING,
  SHOWN_ELSEWHERE,
  WASI_ROWS,
  type ImportRow,
} from "./abi-rows.ts";
import { GRPC_CLUSTERS, opened, unary } from "./grpc.ts";
import { NETWORK_FILTER, NETWORK_SUITE, trace } from "./network-script.ts";
import { type Field, type Step, type StreamScript, carrying, run, scripted } from "./script.ts";

const FILTER = {
  ...scripted({ configure: CONFIGURE }),
  vmConfig: { vmStart: [["logLine", 2, "Plugin.onVmStart"]] },
  environment: { T_ABI: "1" },
};
const SINK = scripted({ statsUpdate: [["logLine", 2, "Plugin.onStatsUpdate"]] }, "sink");
const SUITE = { filters: [FILTER], statSinks: [SINK], statsFlushInterval: "50ms", ...GRPC_CLUSTERS };
const HEADERS: readonly Field[] = [["x-t", "1"]];
const ROWS: readonly (readonly [string, ImportRow])[] = Object.entries({ ...ENV_ROWS, ...WASI_ROWS });

/** Every hook of the SDK, with the exports that call it. */
const HOOK_ROWS = Object.entries(HOOKS).flatMap(([owner, hooks]) =>
  Object.entries(hooks).map(([hook, names]) => ({
    hook: `${owner}.${hook}`,
    names: [names].flat() as string[],
  })),
);
const HOOK_EXPORTS = new Set(HOOK_ROWS.flatMap(({ names }) => names));
/** Exports that every module has, or every one that keeps something. */
const WITHOUT_HOOK = new Set(["_initialize", "proxy_on_memory_allocate", BEGIN, END]);

/** Host functions of ABI 0.2.1 in module env. */
const ENV_NAMES = [...ENV_IMPORTS]
  .filter(([, { versions }]) => versions?.includes("0_2_1") ?? true)
  .map(([name]) => name);

/** Answers with everything that a gRPC call can get. */
function answerGrpc(call: GrpcUpstreamCall): void {
  call.sendMetadata({ "x-t": "1" });
  call.send("hello");
  call.end({ trailers: { "x-t": "2" } });
}

function scriptOf({ play }: ImportRow): StreamScript {
  return Array.isArray(play) ? { requestHeaders: play as readonly Step[] } : (play as StreamScript);
}

describe("Of the ABI the SDK", () => {
  it("has a row for every host function", () => {
    const rows = [...Object.keys(ENV_ROWS), ...Object.keys(IMPORTS_FOR_OTHERS)];
    const missing = ENV_NAMES.filter((name) => !rows.includes(name) && !PENDING.includes(name));
    expect(missing).toEqual([]);
    expect(rows.filter((name) => !ENV_NAMES.includes(name))).toEqual([]);
  });

  it("has a hook for every guest export", () => {
    const isKnown = (name: string): boolean =>
      HOOK_EXPORTS.has(name) ||
      WITHOUT_HOOK.has(name) ||
      name in EXPORTS_FOR_OTHERS ||
      PENDING.includes(name);
    expect([...GUEST_EXPORTS.keys()].filter((name) => !isKnown(name))).toEqual([]);
    expect([...HOOK_EXPORTS, BEGIN, END].filter((name) => !GUEST_EXPORTS.has(name))).toEqual([]);
  });

  it("declares what has a row, and nothing that is pending", async () => {
    const files = ["env", "wasi_snapshot_preview1"].map((name) =>
      readFile(`sdk-shim/assembly/abi/${name}.ts`, "utf8"),
    );
    const source = (await Promise.all(files)).join("\n");
    const declared = [...source.matchAll(/declare function (\w+)\(/g)].map(([, name = ""]) => name);
    expect(declared.toSorted()).toEqual(ROWS.map(([name]) => name).toSorted());
    expect(PENDING.filter((name) => HOOK_EXPORTS.has(name) || declared.includes(name))).toEqual([]);
  });

  it("gives every row a public name", () => {
    const names = new Set(
      publicNames().flatMap(({ name, members }) => [name, ...members.map((member) => `${name}.${member}`)]),
    );
    const wanted = [...ROWS.map(([, { name }]) => name), ...HOOK_ROWS.map(({ hook }) => hook)];
    expect(wanted.filter((name) => !names.has(name))).toEqual([]);
  });

  it("imports and exports all of it in a module that uses all of it", async () => {
    const built = await Promise.all([FILTER, NETWORK_FILTER].map(({ filter }) => buildEntry(filter)));
    const [streams, connections] = await Promise.all(
      built.map(async ({ wasmPath }) => Wasm.compile(await readFile(wasmPath))),
    );
    if (!streams || !connections) throw new Error("two modules are built");
    const imported = Wasm.Module.imports(streams).map(({ name }) => name);
    expect(imported.toSorted()).toEqual(ROWS.map(([name]) => name).toSorted());
    const exported = [streams, connections].flatMap((module) =>
      Wasm.Module.exports(module).map(({ name }) => name),
    );
    expect([...HOOK_EXPORTS, ...WITHOUT_HOOK].filter((name) => !exported.includes(name))).toEqual([]);
  });

  it("reaches every host function in the emulator", async () => {
    const called = new Set<string>();
    await using host = await EmulatorHost.start(SUITE);
    host.upstream("authority").replyGrpc(answerGrpc);
    host.emulator.callTrace = (entry) => called.add(entry.function);
    const late = { configure: CONFIGURE, done: [["refuse"]], tick: [["tickPeriod", 0], ["finish"]] };
    await host.emulator.updateFilter("script", late);
    await host.emulator.updateFilter("script", { configure: CONFIGURE });
    for (const [, row] of ROWS) {
      const request = requestOf("/", {
        method: "POST",
        body: "hello",
        headers: carrying(scriptOf(row), HEADERS),
      });
      if (row.status === null) await expect(host.emulator.fetch(request)).rejects.toThrow();
      else await host.emulator.fetch(request);
    }
    await host.clock.advance("50ms");
    expect(ROWS.map(([name]) => name).filter((name) => !called.has(name))).toEqual([]);
  });
});

describeHosts("The ABI", SUITE, ({ it, host }) => {
  for (const [name, row] of ROWS) {
    it(`${name}: ${row.name}`, async () => {
      host.upstream("authority").replyGrpc(answerGrpc);
      const { status = 200 } = row;
      const options = { method: "POST", body: "hello", headers: HEADERS };
      if (status === null) return void (await expect(run(host, scriptOf(row), options)).rejects.toThrow());
      const played = await run(host, scriptOf(row), options);
      expect(played.response.status).toBe(status);
      const own = played.reports.filter((line) => line !== "over");
      expect(own).toEqual(
        row.reports.map((line) => (typeof line === "string" ? line : expect.stringMatching(line))),
      );
    });
  }

  it("calls every hook", async () => {
    const said = (): Set<string> => new Set(host.logs.map(({ message }) => message));
    const say = (hook: string): Step => ["logLine", 2, hook];
    const fields = [
      [":method", "GET"],
      [":path", "/"],
      [":authority", "call.test"],
    ];
    const plugin = {
      configure: [
        say("Plugin.configure"),
        ...CONFIGURE,
        ["call", "stable", fields, "", 5000, [say("HttpCall.onResponse")]],
        ["lookup", "nothing.invalid", [say("DnsLookup.onResolved")]],
        unary([say("GrpcCall.onResponse")]),
        opened({
          initial: [say("GrpcStream.onInitialMetadata")],
          message: [say("GrpcStream.onMessage")],
          trailing: [say("GrpcStream.onTrailingMetadata")],
          close: [say("GrpcStream.onClose")],
        }),
      ],
      tick: [say("Plugin.onTick")],
      queueReady: [say("Plugin.onQueueReady")],
      done: [say("Plugin.onDone")],
    };
    host.upstream("authority").replyGrpc(answerGrpc);
    expect(await host.updateFilter("script", plugin)).toEqual({ accepted: true });
    host.upstream("stable").reply({ body: Buffer.from("12345"), trailers: [["x-t-up", "1"]] });
    const script = {
      requestHeaders: [say("HttpFilter.onRequestHeaders"), ["enqueue", "", "t.abi", "x"] as Step],
      requestBody: [say("HttpFilter.onRequestBody")],
      requestTrailers: [say("HttpFilter.onRequestTrailers")],
      responseHeaders: [say("HttpFilter.onResponseHeaders")],
      responseBody: [say("HttpFilter.onResponseBody")],
      responseTrailers: [say("HttpFilter.onResponseTrailers")],
      log: [say("HttpFilter.onLog")],
      done: [say("HttpFilter.onDone")],
    };
    await run(host, script, { method: "POST", body: "hello", trailers: [["x-t-down", "1"]] });
    await host.clock.advance("50ms");
    await expect.poll(said).toContain("Plugin.onQueueReady");
    await host.updateFilter("script", { configure: CONFIGURE });
    await run(host, {});
    const shownElsewhere = { ...NEVER_CALLED, ...SHOWN_ELSEWHERE, ...NETWORK_HOOKS };
    const called = HOOK_ROWS.map(({ hook }) => hook).filter((hook) => !(hook in shownElsewhere));
    await expect.poll(() => called.filter((hook) => !said().has(hook))).toEqual([]);
  });
});

describeHosts("The ABI of network filters", NETWORK_SUITE, ({ it, host }) => {
  it("calls every hook", async () => {
    const client = await host.connect();
    const upstream = await host.tcpUpstream.accept();
    await client.send("hello");
    expect(await upstream.read(5)).toBe("hello");
    await upstream.send("bye");
    expect(await client.read(3)).toBe("bye");
    await client.finish();
    await upstream.ended;
    await upstream.finish();
    expect(await trace(host)).toEqual(expect.arrayContaining(Object.values(NETWORK_HOOKS)));
  });
});
