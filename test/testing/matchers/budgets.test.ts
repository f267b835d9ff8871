import { describe, expect, it as test } from "vitest";
import { pagesInMaps } from "../../../harness/src/envoy/memory.ts";
import { describeHosts } from "../../../harness/src/testing/index.ts";
import { failure } from "../failure.ts";

const RULES = ["x-one", "x-two"].map((name) => ({ set: { name, value: "1" } }));
const OPTIONS = { filters: [{ filter: "header-rewrite", config: { request: RULES } }] };

describeHosts("A budget of host calls", OPTIONS, ({ it, host }) => {
  const SET = "proxy_replace_header_map_value";

  it("holds up to the limit, for all of them and for one", async () => {
    const recording = await host.record(() => host.fetch("/"));
    const all = recording.hostCalls.length;
    expect(all).toBeGreaterThanOrEqual(2);
    expect(recording).toMakeAtMost(all, "hostCalls");
    expect(recording).not.toMakeAtMost(all - 1, "hostCalls");
    expect(recording).toMakeAtMost(2, SET);
    expect(recording).toMakeAtMost(0, "proxy_log");
  });

  it("counts as many for many requests", async () => {
    const one = await host.record(() => host.fetch("/"));
    const three = await host.record(async () => {
      for (let n = 0; n < 3; n++) await host.fetch("/");
    });
    expect(three.hostCalls).toHaveLength(3 * one.hostCalls.length);
  });

  it("shows the calls when it is spent", async () => {
    const recording = await host.record(() => host.fetch("/"));
    const message = await failure(() => expect(recording).toMakeAtMost(1, SET));
    expect(message).toMatch(/^expected at most 1 calls of proxy_replace_header_map_value\nthere were 2:\n/);
    expect(
      message.match(/\n {2}header-rewrite #\d+ proxy_replace_header_map_value\(RequestHeaders, /g),
    ).toHaveLength(2);
    expect(await failure(() => expect(recording).toMakeAtMost(0, "hostCalls"))).toMatch(
      /^expected at most 0 calls of host functions\n/,
    );
  });

  it("refuses a function that no host has", async () => {
    const recording = await host.record(() => host.fetch("/"));
    expect(await failure(() => expect(recording).toMakeAtMost(1, "proxy_get_heder"))).toMatch(
      /is no host function/,
    );
  });
});

describeHosts(
  "A budget of memory",
  { filters: [{ filter: "test/testing/assembly/grow.ts" }] },
  ({ it, host }) => {
    it("holds after many requests that need no more, and not after one that does", async () => {
      for (let n = 0; n < 50; n++) await host.fetch("/");
      const before = Math.max(...(await host.memoryPages()));
      await expect(host).toStayWithin({ pages: before });
      await host.fetch("/", { headers: { "x-grow": "3" } });
      await expect(host).toStayWithin({ pages: before + 3 });
      await expect(host).not.toStayWithin({ pages: before + 2 });
      const message = await failure(() => expect(host).toStayWithin({ pages: before }));
      expect(message).toMatch(
        /^expected every VM within \d+ pages? of linear memory \(64 KiB each\)\nthe VMs have /,
      );
      expect(message).toMatch(new RegExp(`\\b${before + 3}\\b`));
    });
  },
);

describe("The memory map of a process", () => {
  test("has a linear memory where open pages fill up to 8 GiB with closed ones", () => {
    const maps = [
      "7f2c07780000-7f2c077a0000 rw-p 00000000 00:00 0 ",
      "7f2c077a0000-7f2e07780000 ---p 00000000 00:00 0 ",
      "7f2e0778c000-7f2e0779c000 r--p 00000000 00:00 0 ",
      "7f2e39790000-7f2e397b0000 rw-p 00000000 00:00 0 [heap]",
      "7f2e397b0000-7f2e397c0000 ---p 00000000 00:00 0 ",
      "7f3069790000-7f30697a0000 rw-p 00000000 00:00 0 ",
      "7f30697a0000-7f3269790000 ---p 00000000 00:00 0 ",
    ].join("\n");
    expect(pagesInMaps(maps)).toEqual([2, 1]);
  });
});
