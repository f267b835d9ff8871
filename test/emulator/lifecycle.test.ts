import { expect, test } from "vitest";
import { HostFunctionNotEmulated, PluginRefusedError } from "../../harness/src/emulator/index.ts";
import { messages, request, startProbes, watPath } from "./fixtures/probe.ts";

test("a trap kills the VM on its worker: closed answers 503", async () => {
  await using emulator = await startProbes({
    filters: ["request_headers count n\nrequest_headers get 0 x\nresponse_headers trap"],
    workers: 2,
  });
  expect(await emulator.fetch(request(), { worker: 0 })).toMatchObject({
    status: 503,
    details: "wasm_fail_stream",
  });
  expect(emulator.traps).toMatchObject([{ plugin: "f1", worker: 0, function: "proxy_on_response_headers" }]);
  expect(emulator.traps[0]?.error.message).toMatch(/unreachable/);
  expect(await emulator.fetch(request(), { worker: 0 })).toMatchObject({
    status: 503,
    details: "wasm_fail_stream",
  });
  expect(messages(emulator)).toHaveLength(2);
  await emulator.fetch(request(), { worker: 1 });
  expect(messages(emulator)).toHaveLength(4);
});

test("a trap with failure policy open: that request fails, later ones pass by", async () => {
  await using emulator = await startProbes({
    filters: [{ config: "request_headers trap", failurePolicy: "open" }],
  });
  expect((await emulator.fetch(request())).status).toBe(503);
  expect((await emulator.fetch(request())).status).toBe(200);
});

test("a trap takes every plugin of the VM along", async () => {
  await using emulator = await startProbes({ filters: ["request_headers log alive", "log trap"] });
  expect((await emulator.fetch(request())).status).toBe(200);
  expect((await emulator.fetch(request())).status).toBe(503);
  expect(messages(emulator)).toEqual(["alive"]);
});

test("filters with the same module share a VM, others do not", async () => {
  const count = "request_headers count n";
  await using shared = await startProbes({ filters: [count, count] });
  await shared.fetch(request());
  expect(messages(shared)).toEqual(["n=1", "n=2"]);
  await using apart = await startProbes({
    filters: [count, { config: count, vmId: "b" }, { config: count, environment: { A: "1" } }],
  });
  await apart.fetch(request());
  expect(messages(apart)).toEqual(["n=1", "n=1", "n=1"]);
});

test("a configuration update keeps the VM; the old root ends with its last stream", async () => {
  const script = (version: number) =>
    `configure log configure ${version}\nrequest_headers count n\nrequest_headers call up / 0\nrequest_headers return 1\n` +
    `call_response effective\ncall_response resume 0\ndelete log delete ${version}`;
  await using emulator = await startProbes({ filters: [script(1)] });
  const running = emulator.fetch(request());
  expect(await emulator.updateFilter("f1", script(2))).toEqual({ accepted: true });
  await running;
  await emulator.fetch(request());
  expect(messages(emulator).filter((line) => !line.startsWith("call="))).toEqual([
    ...["configure 1", "configure 1", "configure 1", "n=1"],
    ...["configure 2", "configure 2", "configure 2"],
    "delete 1", // the root on the main thread
    ...["delete 1", "delete 1"], // the stream that was running, then its root
    ...["n=2", "delete 2"],
  ]);
  const before = messages(emulator).length;
  expect(await emulator.updateFilter("f1", script(2))).toEqual({ accepted: true });
  expect(messages(emulator)).toHaveLength(before);
});

test("an update that is refused leaves the old configuration serving", async () => {
  await using emulator = await startProbes({ filters: ["request_headers log old"] });
  expect(await emulator.updateFilter("f1", "configure return 0")).toEqual({
    accepted: false,
    reason: "Failed to configure base Wasm plugin",
  });
  await emulator.fetch(request());
  expect(messages(emulator)).toEqual(["old"]);
});

test("plugins that Envoy refuses at start", async () => {
  const reasonOf = async (start: Promise<AsyncDisposable>) => {
    const error: unknown = await start.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return error instanceof PluginRefusedError ? error.reason : error;
  };
  const wat = (text: string) => reasonOf(startProbes({ filters: [{ wasmPath: watPath(text) }] }));
  const marker =
    '(func (export "proxy_abi_version_0_2_1"))(func (export "malloc") (param i32) (result i32) (i32.const 0))(memory (export "memory") 1)';

  expect(await reasonOf(startProbes({ filters: ["configure return 0"] }))).toBe(
    "Failed to configure base Wasm plugin",
  );
  expect(await reasonOf(startProbes({ filters: ["configure trap"] }))).toBe(
    "Failed to configure base Wasm plugin",
  );
  expect(await wat("(module)")).toBe("Missing or unknown Proxy-Wasm ABI version");
  expect(await wat('(module (func (export "proxy_abi_version_0_2_1")))')).toBe(
    "Wasm module is missing malloc function.",
  );
  expect(await wat(`(module (import "env" "abort" (func (param i32 i32 i32 i32))) ${marker})`)).toBe(
    "Failed to load Wasm module due to a missing import: env.abort",
  );
  expect(await wat(`(module (import "env" "proxy_log" (func (param i32))) ${marker})`)).toMatch(
    /import type mismatch: env.proxy_log/,
  );
  expect(await wat(`(module ${marker} (func (export "proxy_on_configure") (param i32 i32)))`)).toMatch(
    /^Bad function signature for: proxy_on_configure/,
  );
  expect(
    await wat(
      `(module ${marker} (func (export "proxy_on_vm_start") (param i32 i32) (result i32) (i32.const 0)))`,
    ),
  ).toBe("Failed to start base Wasm");
  expect(
    await wat(
      `(module (import "env" "proxy_done" (func $done (result i32))) ${marker} (func $s (drop (call $done))) (start $s))`,
    ),
  ).toMatch(/Envoy 1.40 crashes/);
  expect(
    await wat(
      `(module (import "env" "proxy_done" (func $d (result i32))) ${marker} (func (export "_initialize") (drop (call $d))))`,
    ),
  ).toMatch(/restricted_callback: proxy_done/);
});

test("what is not emulated fails loudly, and from then on", async () => {
  await using emulator = await startProbes({ filters: ["request_headers prop xds/node"] });
  await expect(emulator.fetch(request())).rejects.toThrow(HostFunctionNotEmulated);
  await expect(emulator.fetch(request())).rejects.toThrow(/property xds.node is not emulated/);
});

test("pointers out of bounds, and a trace of the calls", async () => {
  await using emulator = await startProbes({ filters: ["request_headers ?oob"] });
  const calls: string[] = [];
  emulator.callTrace = ({ worker, plugin, contextId, function: name, status }) =>
    calls.push(`${worker} ${plugin} ${contextId} ${name} ${status}`);
  await emulator.fetch(request());
  expect(messages(emulator)).toEqual(["oob=6"]);
  expect(calls).toEqual(["0 f1 2 proxy_log 6", "0 f1 2 proxy_log 0"]);
});
