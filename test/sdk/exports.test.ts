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
  "proxy_on_configure",
];
const TRACKING = ["proxy_on_context_create", "proxy_on_delete"];
const STREAM_HOOKS = [
  "proxy_on_request_headers",
  "proxy_on_request_body",
  "proxy_on_request_trailers",
  "proxy_on_response_headers",
  "proxy_on_response_body",
  "proxy_on_response_trailers",
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
  "two-plugins": [...TRACKING, "proxy_on_request_headers", "proxy_on_tick"],
  inherited: [
    ...TRACKING,
    "proxy_on_response_body",
    "proxy_on_response_trailers",
    "proxy_on_tick",
    "proxy_on_http_call_response",
    "proxy_on_done",
  ],
  "network-script": [
    ...TRACKING,
    "proxy_on_new_connection",
    "proxy_on_downstream_data",
    "proxy_on_upstream_data",
    "proxy_on_downstream_connection_close",
    "proxy_on_upstream_connection_close",
    "proxy_on_http_call_response",
    ...GRPC_HOOKS,
    "proxy_on_log",
    "proxy_on_done",
  ],
  script: [
    ...TRACKING,
    ...STREAM_HOOKS,
    "proxy_on_vm_start",
    "proxy_on_queue_ready",
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
        (entry) => !entry.name.startsWith("proxy_") && entry.module !== "wasi_snapshot_preview1",
      );
      expect(foreign).toEqual([]);
    });
  }
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
