import { expect } from "vitest";
import { describeHosts } from "../../harness/src/testing/index.ts";

const RULE = { set: { name: "x-added", value: "yes" } };
const OTHER = { set: { name: "x-added-too", value: "yes" } };
const OPTIONS = { filters: [{ filter: "header-rewrite", config: { request: [RULE] } }] };

describeHosts("A recording", OPTIONS, ({ it, host }) => {
  it("has the calls of both directions in order, with their results", async () => {
    const { result, calls } = await host.record(() => host.fetch("/"));
    expect(result.upstream?.request.header("x-added")).toBe("yes");
    const hook = calls.find((call) => call.function === "proxy_on_request_headers");
    expect(hook).toMatchObject({ direction: "host->vm", plugin: "header-rewrite", worker: 0, result: 0 });
    expect(hook?.text).toMatch(/^proxy_on_request_headers\(\d+, \d+, true\) = Continue$/);
    const set = calls.find((call) => call.function === "proxy_replace_header_map_value");
    expect(set).toMatchObject({ direction: "vm->host", contextId: hook?.contextId, result: 0 });
    const sent = host.kind === "emulator" ? '"x-added", "yes"' : "<7 bytes>, <3 bytes>";
    expect(set?.text).toBe(`proxy_replace_header_map_value(RequestHeaders, ${sent}) = Ok`);
    expect(set?.hook).toBe(hook);
    expect(calls.indexOf(hook as never)).toBeLessThan(calls.indexOf(set as never));
  });

  it("has what happened meanwhile and nothing else", async () => {
    await host.fetch("/before");
    const { calls } = await host.record(() => host.fetch("/"));
    await host.fetch("/after");
    expect(calls.filter((call) => call.function === "proxy_on_request_headers")).toHaveLength(1);
    expect((await host.record(async () => "nothing")).calls).toEqual([]);
  });

  it("fails as its action does", async () => {
    const failure = new Error("no");
    await expect(host.record(() => Promise.reject(failure))).rejects.toBe(failure);
    expect((await host.record(() => host.fetch("/"))).calls).not.toEqual([]);
  });
});

const CHAIN = {
  filters: [
    { filter: "header-rewrite", name: "first", config: { request: [RULE] } },
    { filter: "header-rewrite", name: "second", config: { request: [RULE, OTHER] } },
  ],
};

describeHosts("A recording of a chain", CHAIN, ({ it, host }) => {
  it("tells the filters apart in the emulator, and says that it cannot on Envoy", async () => {
    const recording = await host.record(() => host.fetch("/"));
    if (host.kind === "emulator") {
      const sets = recording.of("second").calls.filter(({ text }) => text.includes("x-added"));
      expect(sets.map(({ plugin }) => plugin)).toEqual(["second", "second"]);
    } else expect(() => recording.of("second")).toThrow("which calls are second's");
  });
});

describeHosts(
  "A recording of a trap",
  { filters: [{ filter: "test/sdk/assembly/trap.ts" }], mayTrap: true },
  ({ it, host }) => {
    it("shows which hook did not return", async () => {
      const { calls } = await host.record(() => host.fetch("/", { headers: { "x-t-trap": "unreachable" } }));
      expect(calls.filter(({ result }) => result === "trap").map((call) => call.function)).toEqual([
        "proxy_on_request_headers",
      ]);
    });
  },
);
