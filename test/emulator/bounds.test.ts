import { expect, test } from "vitest";
import { GuestHangError } from "../../harness/src/emulator/index.ts";
import { request, startProbes, watPath } from "./fixtures/probe.ts";

const LOOP = "(loop $again (br $again))";
const SPREAD = `(func $spread (param $depth i32)
  (if (local.get $depth) (then
    (call $spread (i32.sub (local.get $depth) (i32.const 1)))
    (call $spread (i32.sub (local.get $depth) (i32.const 1))))))`;

function start(rest: string, allocator = "(i32.const 1024)"): ReturnType<typeof startProbes> {
  const text = `(module
    (import "env" "proxy_get_property" (func $property (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "plugin_name")
    (func (export "proxy_abi_version_0_2_1"))
    (func (export "malloc") (param i32) (result i32) ${allocator})
    ${rest})`;
  return startProbes({ filters: [{ wasmPath: watPath(text) }] });
}

const hook = (body: string): string =>
  `(func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32) ${body} (i32.const 0))`;

test.each([
  ["a loop", hook(LOOP)],
  ["calls that double", SPREAD + hook("(call $spread (i32.const 1000))")],
])("a hook that does not return is reported, with its place: %s", async (_, rest) => {
  await using emulator = await start(rest);
  const error = (await emulator.fetch(request()).catch((reason: unknown) => reason)) as GuestHangError;
  expect(error).toBeInstanceOf(GuestHangError);
  expect(error.function).toBe("proxy_on_request_headers");
  expect(error.message).toMatch(
    /^proxy_on_request_headers has not returned after 100,000,000 steps .*\n {2}at function \d+ \(offset 0x/s,
  );
  await expect(emulator.fetch(request())).rejects.toBe(error);
  expect(emulator.traps).toEqual([]);
});

test("an allocator that does not return", async () => {
  await using emulator = await start(
    hook("(drop (call $property (i32.const 0) (i32.const 11) (i32.const 64) (i32.const 68)))"),
    `${LOOP} (i32.const 0)`,
  );
  await expect(emulator.fetch(request())).rejects.toThrow(/^malloc has not returned/);
});

test.each([
  ["_initialize", `(func (export "_initialize") ${LOOP})`],
  ["_start", `(func (export "_start") ${LOOP})`],
  ["proxy_on_context_create", `(func (export "proxy_on_context_create") (param i32 i32) ${LOOP})`],
  [
    "proxy_on_vm_start",
    `(func (export "proxy_on_vm_start") (param i32 i32) (result i32) ${LOOP} (i32.const 1))`,
  ],
  [
    "proxy_on_configure",
    `(func (export "proxy_on_configure") (param i32 i32) (result i32) ${LOOP} (i32.const 1))`,
  ],
])("a module that does not come back from its start: %s", async (name, rest) => {
  await expect(start(rest)).rejects.toThrow(new RegExp(`^${name} has not returned`));
});

test("every call has the whole bound: what is used up is not missed later", async () => {
  const count = `(local $n i32) (local.set $n (i32.const 60000000))
    (loop $again (local.set $n (i32.sub (local.get $n) (i32.const 1))) (br_if $again (local.get $n)))`;
  await using emulator = await start(hook(count));
  for (let left = 3; left > 0; left--) expect((await emulator.fetch(request())).status).toBe(200);
});

test("memory ends where it ends in Envoy, at 1 GiB", async () => {
  const body = `(loop $again (br_if $again (i32.ne (memory.grow (i32.const 64)) (i32.const -1))))
    (if (i32.ne (memory.size) (i32.const 16321)) (then (unreachable)))
    (if (i32.eq (memory.grow (i32.const 63)) (i32.const -1)) (then (unreachable)))
    (if (i32.ne (memory.grow (i32.const 1)) (i32.const -1)) (then (unreachable)))`;
  await using emulator = await start(hook(body));
  expect((await emulator.fetch(request())).status).toBe(200);
});
