/** What becomes of requests after a module trapped, by failure policy; and which plugins a trap takes along. */
import { expect } from "vitest";
import { describeHosts, type FilterUnderTest, type SuiteOptions } from "../../harness/src/testing/index.ts";
import { assemble, encodeProgram, type Hook, probeModule, type Program } from "../conformance/probe/index.ts";

const probe = (more: Partial<FilterUnderTest> = {}): FilterUnderTest => ({
  filter: probeModule(),
  name: "probe",
  config: encodeProgram({}, 0),
  ...more,
});

const suite = (filter: FilterUnderTest, more: Partial<SuiteOptions> = {}): SuiteOptions => ({
  filters: [filter],
  mayTrap: true,
  ...more,
});

const program = (one: Program): { readonly headers: { readonly "x-program": string } } => ({
  headers: { "x-program": encodeProgram(one, 0) },
});
const trapIn = (hook: Hook): ReturnType<typeof program> => program({ [hook]: [["trap"]] });

describeHosts("failure policy closed", suite(probe()), ({ it, host }) => {
  it("answers 503 to the request that trapped, and to all after it", async () => {
    expect((await host.fetch("/")).status).toBe(200);
    expect((await host.fetch("/", trapIn("requestHeaders"))).status).toBe(503);
    expect((await host.fetch("/")).status).toBe(503);
    expect(host.upstream("stable").requests).toHaveLength(1);
  });
});

describeHosts("failure policy open", suite(probe({ failurePolicy: "open" })), ({ it, host }) => {
  it("answers 503 to the request that trapped; those after it pass the filter by", async () => {
    expect((await host.fetch("/", trapIn("requestHeaders"))).status).toBe(503);
    expect((await host.fetch("/", program({ requestHeaders: [] }))).status).toBe(200);
    expect(host.logs.filter(({ message }) => message.length > 0)).toHaveLength(1);
  });
});

describeHosts("fail_open", suite(probe({ failurePolicy: "fail_open" })), ({ it, host }) => {
  it("lets the request go on that trapped, and those after it", async () => {
    expect((await host.fetch("/", trapIn("requestHeaders"))).status).toBe(200);
    expect((await host.fetch("/")).status).toBe(200);
    expect(host.upstream("stable").requests).toHaveLength(2);
  });
});

describeHosts("fail_open, response", suite(probe({ failurePolicy: "fail_open" })), ({ it, host }) => {
  it("lets the response go on whose hook trapped", async () => {
    expect((await host.fetch("/", trapIn("responseHeaders"))).status).toBe(200);
  });
});

const RELOAD = { failurePolicy: "reload", reloadBackoff: "2s" } as const;

describeHosts("failure policy reload", suite(probe(RELOAD)), ({ it, host }) => {
  const stat = (event: string): Promise<number> => host.metric(`wasm.probe.vm_reload_${event}`);

  it(
    "makes a new VM for the first request after the backoff, 503 until then",
    { timeout: 60_000 },
    async () => {
      await host.clock.advance("3.1s");
      expect((await host.fetch("/", trapIn("requestHeaders"))).status).toBe(503);
      expect((await host.fetch("/")).status).toBe(200);
      expect([await stat("success"), await stat("backoff")]).toEqual([1, 0]);

      // This VM is new: now the backoff counts.
      expect((await host.fetch("/", trapIn("responseHeaders"))).status).toBe(503);
      expect((await host.fetch("/")).status).toBe(503);
      expect([await stat("success"), await stat("backoff")]).toEqual([1, 1]);
      await host.clock.advance("3.1s");
      expect((await host.fetch("/")).status).toBe(200);
      expect([await stat("success"), await stat("backoff"), await stat("failure")]).toEqual([2, 1, 0]);
    },
  );
});

/** Refuses its configuration once a request has trapped, and remembers that beyond its VM. */
const ONCE = `(module
  (import "env" "proxy_get_shared_data" (func $get (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_set_shared_data" (func $set (param i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "trapped")
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "malloc") (param i32) (result i32) (i32.const 1024))
  (func (export "proxy_on_configure") (param i32 i32) (result i32)
    (call $get (i32.const 0) (i32.const 7) (i32.const 64) (i32.const 68) (i32.const 72)))
  (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)
    (drop (call $set (i32.const 0) (i32.const 7) (i32.const 0) (i32.const 1) (i32.const 0)))
    (unreachable)))`;

describeHosts(
  "failure policy reload, refused",
  suite({ filter: assemble("reload-once", ONCE), name: "once", ...RELOAD }),
  ({ it, host }) => {
    it("stays as it was where the new VM refuses its configuration", async () => {
      await host.clock.advance("3.1s");
      expect((await host.fetch("/")).status).toBe(503);
      expect((await host.fetch("/")).status).toBe(503);
      expect(await host.metric("wasm.once.vm_reload_failure")).toBe(1);
      expect(await host.metric("wasm.once.vm_reload_success")).toBe(0);
    });
  },
);

describeHosts("a trap on one of two workers", suite(probe(), { workers: 2 }), ({ it, host }) => {
  it("leaves the other serving", async () => {
    expect((await host.fetch("/", trapIn("requestHeaders"))).status).toBe(503);
    const statuses = new Set<number>();
    for (let left = 60; left > 0; left--) statuses.add((await host.fetch("/")).status);
    expect([...statuses].sort()).toEqual([200, 503]);
  });
});

describeHosts("a trap in the log", suite(probe()), ({ it, host }) => {
  it("comes after the response, and counts for the next request", async () => {
    expect((await host.fetch("/", trapIn("log"))).status).toBe(200);
    await expect.poll(async () => (await host.fetch("/")).status).toBe(503);
  });
});
