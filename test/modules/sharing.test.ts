/** Which plugins share a VM: those of one key, which Envoy makes of vm_id, VM configuration, code, environment and more. */
import { expect } from "vitest";
import { describeHosts, type FilterUnderTest } from "../../harness/src/testing/index.ts";
import { isOlderThan } from "../support/envoy-version.ts";
import { assemble } from "../conformance/probe/index.ts";

/** Counts requests in its VM, and adds the number (one digit) to the request's header `x-count`. */
const counter = (name: string): string =>
  assemble(
    `counter-${name}`,
    `(module
      (import "env" "proxy_add_header_map_value" (func $add (param i32 i32 i32 i32 i32) (result i32)))
      (memory (export "memory") 1)
      (data (i32.const 0) "x-count")
      (data (i32.const 64) "${name}")
      (global $count (mut i32) (i32.const 48))
      (func (export "proxy_abi_version_0_2_1"))
      (func (export "malloc") (param i32) (result i32) (i32.const 1024))
      (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)
        (global.set $count (i32.add (global.get $count) (i32.const 1)))
        (i32.store8 (i32.const 32) (global.get $count))
        (drop (call $add (i32.const 0) (i32.const 0) (i32.const 7) (i32.const 32) (i32.const 1)))
        (i32.const 0)))`,
  );

const MODULE = counter("a");
const FIRST: FilterUnderTest = { filter: MODULE, name: "first" };

interface Case {
  readonly says: string;
  readonly first?: Partial<FilterUnderTest>;
  readonly second: Partial<FilterUnderTest>;
  readonly shared: boolean;
  /** Older Envoys do otherwise. */
  readonly since?: string;
}

const CASES: readonly Case[] = [
  { says: "the same module", second: {}, shared: true },
  { says: "another configuration and root id", second: { config: "x", rootId: "r" }, shared: true },
  { says: "the same vm_id", first: { vmId: "v" }, second: { vmId: "v" }, shared: true },
  { says: "another vm_id", first: { vmId: "v" }, second: { vmId: "w" }, shared: false },
  { says: "another VM configuration", second: { vmConfig: "x" }, shared: false },
  { says: "another module", second: { filter: counter("b") }, shared: false },
  { says: "another environment", second: { environment: { A: "1" } }, shared: false, since: "1.39" },
  {
    says: "other capabilities",
    second: {
      capabilities: ["proxy_on_context_create", "proxy_on_request_headers", "proxy_add_header_map_value"],
    },
    shared: false,
    since: "1.40",
  },
];

for (const { says, first, second, shared, since } of CASES) {
  const filters = [
    { ...FIRST, ...first },
    { filter: MODULE, name: "second", ...second },
  ];
  describeHosts(`VM sharing: ${says}`, { filters }, ({ it, host }) => {
    it(shared ? "one VM for both" : "a VM for each", async ({ skip }) => {
      skip(host.kind !== "emulator" && isOlderThan(since), `Envoy ${since} and later`);
      const { upstream } = await host.fetch("/");
      const counts = upstream?.request.headers.filter(([name]) => name === "x-count");
      expect(counts?.map(([, value]) => value)).toEqual(shared ? ["1", "2"] : ["1", "1"]);
    });
  });
}
