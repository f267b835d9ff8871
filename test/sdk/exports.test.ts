import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { Wasm } from "../../harness/src/emulator/vm/webassembly.ts";
import { describeHosts } from "../../harness/src/testing/index.ts";
import { buildEntry } from "../../harness/src/wasm/build.ts";

/** What every module exports. */
const ALWAYS = [
  "memory",
  "_initialize",
  "proxy_abi_version_0_2_1",
  "proxy_on_memory_allocate",
  "proxy_on_new_connection",
];
const CONFIGURE = "proxy_on_configure";
const CREATE = "proxy_on_context_create";
const TRACKING = [CREATE, "proxy_on_delete"];
const STREAM_HOOKS = [
  "proxy_on_request_headers",
  "proxy_on_request_body",
  "proxy_on_request_trailers",
  "proxy_on_response_headers",
  "proxy_on_response_body",
  "proxy_on_response_trailers",
  "proxy_on_request_metadata",
  "proxy_on_response_metadata",
  "proxy_on_log",
  "proxy_on_done",
];

const GRPC_HOOKS = [
  "proxy_on_grpc_receive_initial_metadata",
  "proxy_on_grpc_receive",
  "proxy_on_grpc_receive_trailing_metadata",
  "proxy_on_grpc_close",
];

/** Filters, and what they export beside what all do. */
const MODULES: Readonly<Record<string, readonly string[]>> = {
  stateless: ["proxy_on_request_headers"],
  nothing: TRACKING,
  "one-per-plugin": [CREATE, CONFIGURE, "proxy_on_request_headers", "proxy_on_response_headers"],
  "one-per-stream": [...TRACKING, "proxy_on_request_headers"],
  "two-plugins": [...TRACKING, CONFIGURE, "proxy_on_request_headers", "proxy_on_tick"],
  inherited: [
    ...TRACKING,
    CONFIGURE,
    "proxy_on_response_body",
    "proxy_on_response_trailers",
    "proxy_on_tick",
    "proxy_on_http_call_response",
    "proxy_on_done",
  ],
  "network-script": [
    ...TRACKING,
    "proxy_on_request_headers",
    "proxy_on_downstream_data",
    "proxy_on_upstream_data",
    "proxy_on_downstream_connection_close",
    "proxy_on_upstream_connection_close",
    "envoy_on_resolve_dns",
    "proxy_on_http_call_response",
    ...GRPC_HOOKS,
    "proxy_on_log",
    "proxy_on_done",
  ],
  script: [
    ...TRACKING,
    CONFIGURE,
    ...STREAM_HOOKS,
    "proxy_on_vm_start",
    "proxy_on_queue_ready",
    "proxy_on_foreign_function",
    "envoy_on_resolve_dns",
    "envoy_on_stats_update",
    "proxy_on_tick",
    "proxy_on_http_call_response",
    ...GRPC_HOOKS,
  ],
};

const sourceOf = (name: string): string => `test/sdk/assembly/${name}.ts`;

describe("A module", () => {
  for (const [name, exported] of Object.entries(MODULES)) {
    it(`${name} exports the hooks it overrides and no others`, async () => {
      const { wasmPath } = await buildEntry(sourceOf(name));
      const module = await Wasm.compile(await readFile(wasmPath));
      const names = Wasm.Module.exports(module).map((entry) => entry.name);
      expect(names.sort()).toEqual([...ALWAYS, ...exported].sort());
    });

    it(`${name} imports only what hosts have`, async () => {
      const { wasmPath } = await buildEntry(sourceOf(name));
      const module = await Wasm.compile(await readFile(wasmPath));
      const foreign = Wasm.Module.imports(module).filter(
        (entry) => !/^(proxy|envoy)_/.test(entry.name) && entry.module !== "wasi_snapshot_preview1",
      );
      expect(foreign).toEqual([]);
    });
  }
});

it("A module that uses nothing of the SDK holds no text of it", async () => {
  const { wasmPath } = await buildEntry(sourceOf("nothing"));
  const binary = await readFile(wasmPath, "latin1");
  const texts = [...binary.matchAll(/(?:[a-zA-Z~/_:. -]\0){4,}/g)].map(([text]) => text.replaceAll("\0", ""));
  // Those of the compiler's library begin like a sentence or name a file of it; memory can be exhausted in every module.
  const own = texts.filter((text) => !/^(~lib\/|[A-Z])/.test(text));
  expect(own.sort()).toEqual([expect.stringMatching("^no network filter here"), "out of memory"]);
});

describeHosts("A filter without fields", { filters: [{ filter: sourceOf("stateless") }] }, ({ it, host }) => {
  it("serves every stream and knows its number", async () => {
    const numbers: number[] = [];
    for (let n = 0; n < 3; n++) {
      numbers.push(Number((await host.fetch("/")).upstream?.request.header("x-t-stream")));
    }
    expect(numbers.every((number) => number > 1)).toBe(true);
    expect(new Set(numbers).size).toBe(3);
  });

  it("serves them with a new configuration too", async () => {
    expect(await host.updateFilter("stateless", "another")).toEqual({ accepted: true });
    expect((await host.fetch("/")).status).toBe(200);
  });
});

describeHosts(
  "Filters that only refer to their plugin, of two configurations in one VM",
  {
    filters: [
      { filter: sourceOf("one-per-plugin"), name: "outer", config: "outer 1", vmId: "one" },
      { filter: sourceOf("one-per-plugin"), name: "inner", config: "inner 1", vmId: "one" },
    ],
  },
  ({ it, host }) => {
    const plugins = (headers: readonly (readonly [string, string])[] | undefined): string[] =>
      (headers ?? []).filter(([name]) => name === "x-t-plugin").map(([, value]) => value);
    const fetched = async (): Promise<string[][]> => {
      const { upstream, headers } = await host.fetch("/");
      return [plugins(upstream?.request.headers), plugins(headers)];
    };

    it("belong to it, whatever the order in which streams come and go", async () => {
      const expected = [
        ["outer 1", "inner 1"],
        ["inner 1", "outer 1"],
      ];
      for (let n = 0; n < 50; n++) expect(await fetched()).toEqual(expected);
      expect(await Promise.all(Array.from({ length: 50 }, fetched))).toEqual(Array(50).fill(expected));
    });

    it("stay with the one their stream began with", async () => {
      const answers: (() => void)[] = [];
      host.upstream("stable").reply(
        ({ path }) =>
          new Promise((resolve) => {
            if (path === "/") resolve({ status: 200 });
            else answers.push(() => resolve({ status: 200 }));
          }),
      );
      const waiting = Array.from({ length: 20 }, () => host.fetch("/wait"));
      await host.clock.advance("1ms");
      await expect.poll(() => answers.length).toBe(20);
      expect(await host.updateFilter("inner", "inner 2")).toEqual({ accepted: true });
      for (let n = 0; n < 30; n++) {
        expect(await fetched()).toEqual([
          ["outer 1", "inner 2"],
          ["inner 2", "outer 1"],
        ]);
      }
      expect((await host.updateFilter("outer", "refused")).accepted).toBe(false);
      expect(await host.updateFilter("outer", "outer 2")).toEqual({ accepted: true });
      for (let n = 0; n < 30; n++) {
        expect(await fetched()).toEqual([
          ["outer 2", "inner 2"],
          ["inner 2", "outer 2"],
        ]);
      }
      for (const answer of answers.splice(0)) answer();
      await host.clock.advance("1ms");
      for (const { upstream, headers } of await Promise.all(waiting)) {
        expect(plugins(upstream?.request.headers)).toEqual(["outer 1", "inner 1"]);
        expect(plugins(headers)).toEqual(["inner 1", "outer 1"]);
      }
      for (let n = 0; n < 30; n++) expect((await fetched())[0]).toEqual(["outer 2", "inner 2"]);
    });
  },
);

describeHosts(
  "Filters that only refer to their plugin, which is replaced",
  { filters: [{ filter: sourceOf("one-per-plugin"), config: "one" }] },
  ({ it, host }) => {
    it("stay with theirs until their streams end", async () => {
      for (const config of ["two", "three", "four"]) {
        const answers: (() => void)[] = [];
        host.upstream("stable").reply(
          ({ path }) =>
            new Promise((resolve) => {
              if (path === "/") resolve({ status: 200 });
              else answers.push(() => resolve({ status: 200 }));
            }),
        );
        const waiting = host.fetch("/wait");
        await host.clock.advance("1ms");
        await expect.poll(() => answers.length).toBe(1);
        expect(await host.updateFilter("one-per-plugin", config)).toEqual({ accepted: true });
        for (let n = 0; n < 20; n++) expect((await host.fetch("/")).header("x-t-plugin")).toBe(config);
        answers.shift()?.();
        await host.clock.advance("1ms");
        const { upstream, headers } = await waiting;
        expect(plugin(headers)).toBe(upstream?.request.header("x-t-plugin"));
        expect(plugin(headers)).not.toBe(config);
        for (let n = 0; n < 20; n++) expect((await host.fetch("/")).header("x-t-plugin")).toBe(config);
      }
    });
  },
);

function plugin(headers: readonly (readonly [string, string])[]): string | undefined {
  return headers.find(([name]) => name === "x-t-plugin")?.[1];
}

describeHosts(
  "A plugin that overrides nothing",
  { filters: [{ filter: sourceOf("nothing") }] },
  ({ it, host }) => {
    it("lets every stream pass", async () => {
      const response = await host.fetch("/", { method: "POST", body: "hello" });
      expect([response.status, response.text()]).toEqual([200, "stable"]);
    });
  },
);

describeHosts("Hooks of a base class", { filters: [{ filter: sourceOf("inherited") }] }, ({ it, host }) => {
  it("run, and so do those of the class itself", async () => {
    host.upstream("stable").reply({ body: Buffer.from("12345"), trailers: [["x-t-up", "1"]] });
    expect((await host.fetch("/")).trailers).toEqual([
      ["x-t-up", "1"],
      ["x-t-seen", "5"],
    ]);
  });
});
