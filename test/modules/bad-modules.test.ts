/** Modules that do not come back, want all memory, or trap at their start: what the host says, and that it goes on or ends. */
import { inject, describe, expect, test } from "vitest";
import { startEnvoy, validateFilter } from "../../harness/src/envoy/index.ts";
import { describeHosts, type SuiteOptions } from "../../harness/src/testing/index.ts";
import { hosts } from "../conformance/hosts.ts";
import { assemble } from "../conformance/probe/index.ts";

const LOOP = "(loop $again (br $again))";

/** A module with `rest` besides what every module has. */
function moduleWith(name: string, rest: string): string {
  const text = `(module
    (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "no memory left")
    (func (export "proxy_abi_version_0_2_1"))
    (func (export "malloc") (param i32) (result i32) (i32.const 1024))
    ${rest})`;
  return assemble(`bad-${name}`, text);
}

const hook = (body: string): string =>
  `(func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32) ${body} (i32.const 0))`;
const configure = (body: string): string =>
  `(func (export "proxy_on_configure") (param i32 i32) (result i32) ${body} (i32.const 1))`;

const suite = (filter: string, more: Partial<SuiteOptions> = {}): SuiteOptions => ({
  filters: [{ filter, name: "bad" }],
  ...more,
});

for (const [name, start] of hosts) {
  describe.skipIf(!start)(`bad modules [${name}]`, () => {
    test("a loop that never ends in a request: an error with its cause, and the host can be stopped", async () => {
      const options = suite(moduleWith(`loop-${name}`, hook(LOOP)));
      await using host = await start!(options);
      const seen = host.fetch("/");
      await expect(seen).rejects.toThrow(/loop that never ends/);
      // It is not waited for again as long as the first time, nor taken for something else.
      await expect(host.fetch("/")).rejects.toThrow(/loop that never ends/);
    });
  });
}

describeHosts(
  "a module that takes memory without end",
  suite(
    moduleWith(
      "grows",
      hook(`(loop $again (br_if $again (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
        (drop (call $log (i32.const 2) (i32.const 0) (i32.const 14)))
        (unreachable)`),
    ),
    { mayTrap: true },
  ),
  ({ it, host }) => {
    it("gets no more than 1 GiB; that the module traps then is no end of the host", async () => {
      expect((await host.fetch("/")).status).toBe(503);
      await host.settled();
      expect(host.logs.map(({ message }) => message)).toEqual(["no memory left"]);
      expect((await host.fetch("/")).status).toBe(503);
    });
  },
);

const envoy = inject("envoy");

describe.skipIf(!envoy)("an Envoy that does not come up for a module", () => {
  const filter = (): { name: string; wasmPath: string } => ({
    name: "bad",
    wasmPath: moduleWith("configure", configure(LOOP)),
  });

  test("starting it: what it waits for, and nothing is left running", async () => {
    const starting = startEnvoy({
      installation: envoy!,
      topology: { filters: [filter()], routes: [], workers: 1 },
      clusters: [],
      startTimeoutMs: 8_000,
    });
    await expect(starting).rejects.toThrow(
      /^Envoy was not ready within 8000 ms\. Its main thread does not answer: probably .* proxy_on_configure/,
    );
  });

  test("checking a configuration", async () => {
    const { accepted, errors } = await validateFilter(envoy!, filter(), { timeoutMs: 3_000 });
    expect(accepted).toBe(false);
    expect(errors.join()).toMatch(/^Envoy did not end within 3000 ms\. .* proxy_on_configure/);
  });
});
