import { describe, expect, inject, it } from "vitest";
import { EmulatorHost } from "../../harness/src/testing/emulator-host.ts";
import { EnvoyHost } from "../../harness/src/testing/envoy-host.ts";
import { describeHosts } from "../../harness/src/testing/index.ts";
import { reports, run, scripted } from "./script.ts";

describeHosts(
  "Plugin",
  { filters: [scripted({ configure: [["logLine", 2, "started"]] })] },
  ({ it, host }) => {
    const update = (config: unknown): ReturnType<typeof host.updateFilter> =>
      host.updateFilter("script", config);
    const said = (message: string): number => host.logs.filter((line) => line.message === message).length;

    it("ticks until it stops that, and never after its end", async () => {
      const tick = [["logLine", 2, "tick"]];
      expect(await update({ configure: [["tickPeriod", 20]], tick })).toEqual({ accepted: true });
      await host.clock.advance("60ms");
      await expect.poll(() => said("tick")).toBeGreaterThan(1);

      const once = [
        ["logLine", 2, "last tick"],
        ["tickPeriod", 0],
      ];
      expect(await update({ configure: [["tickPeriod", 20]], tick: once })).toEqual({ accepted: true });
      await host.clock.advance("60ms");
      // The main thread and the one worker tick once each.
      await expect.poll(() => said("last tick")).toBe(2);
      const ticks = said("tick");
      await host.clock.advance("60ms");
      expect(said("last tick")).toBe(2);
      expect(said("tick")).toBe(ticks);
    });

    it("is done when its configuration is replaced", async () => {
      await update({ done: [["logLine", 2, "first is done"]] });
      expect((await host.fetch("/")).status).toBe(200);
      expect(said("first is done")).toBe(0);
      await update({ done: [["logLine", 2, "second is done"]] });
      expect((await host.fetch("/")).status).toBe(200);
      await expect.poll(() => said("first is done")).toBe(2);
      expect(said("second is done")).toBe(0);
    });

    it("that refuses its configuration leaves the old one in force", async () => {
      await update({ done: [["logLine", 2, "in force is done"]] });
      expect((await update({ configure: [["refuse"]] })).accepted).toBe(false);
      const played = await run(host, { requestHeaders: [["property", "plugin_name"]] });
      expect(played.reports).toEqual(["=script"]);
      expect(said("in force is done")).toBe(0);
    });

    it("asks the host while it is configured", async () => {
      const steps = [
        ["property", "plugin_name"],
        ["property", "request", "path"],
        ["setProperty", "t.x", "1"],
        ["counter", "t_configured", 1],
        ["random", 4],
        ["time"],
        ["resumeRequest"],
      ];
      expect(await update({ configure: steps })).toEqual({ accepted: true });
      await expect
        .poll(() => reports(host))
        .toEqual(expect.arrayContaining(["=script", "absent", "NotFound"]));
      expect(await host.metric("t_configured")).toBeGreaterThan(0);
    });

    it("calls another cluster on a tick", async () => {
      const fields = [
        [":method", "GET"],
        [":path", "/poll"],
        [":authority", "poll.test"],
      ];
      const call = ["call", "stable", fields, "", 1000, [["answer"], ["answerBody"]]];
      await update({ configure: [["tickPeriod", 20]], tick: [["tickPeriod", 0], call] });
      await host.clock.advance("40ms");
      await expect.poll(() => reports(host).filter((line) => line === "6=stable")).toHaveLength(2);
      expect(reports(host)).toContain("status 200");
      expect(host.upstream("stable").requests.map(({ path }) => path)).toEqual(["/poll", "/poll"]);
    });

    it("gets no answer to what it asked before its configuration was replaced", async () => {
      const fields = [
        [":method", "GET"],
        [":path", "/late"],
        [":authority", "poll.test"],
      ];
      host
        .upstream("stable")
        .reply(({ path }) => (path === "/late" ? new Promise(() => {}) : { status: 200 }));
      const call = ["call", "stable", fields, "", 300, [["logLine", 2, "late answer"]]];
      await update({ configure: [call] });
      await expect.poll(() => host.upstream("stable").requests.length).toBeGreaterThan(1);
      await update({});
      expect((await host.fetch("/")).status).toBe(200);
      await host.clock.advance("400ms");
      expect(said("late answer")).toBe(0);
    });
  },
);

describeHosts(
  "Two configurations in one VM",
  {
    filters: [
      { ...scripted({ done: [["logLine", 2, "outer is done"]] }, "outer"), vmId: "one" },
      { ...scripted({ done: [["logLine", 2, "inner is done"]] }, "inner"), vmId: "one" },
    ],
  },
  ({ it, host }) => {
    it("are two plugins, replaced one by one", async () => {
      await host.updateFilter("inner", { configure: [["logLine", 2, "inner again"]] });
      await host.fetch("/");
      const messages = (): string[] => host.logs.map(({ message }) => message);
      await expect.poll(messages).toContain("inner is done");
      expect(messages()).not.toContain("outer is done");
      const names = { requestHeaders: [["property", "plugin_name"]] };
      await host.fetch("/", { headers: [["x-script", JSON.stringify(names)]] });
      await expect.poll(messages).toEqual(expect.arrayContaining(["report: =outer", "report: =inner"]));
    });
  },
);

const TWO = "test/sdk/assembly/two-plugins.ts";

describeHosts(
  "Two plugins of one module",
  {
    filters: [
      { filter: TWO, name: "passer", rootId: "passer", vmId: "two" },
      { filter: TWO, name: "marker", rootId: "marker", vmId: "two" },
      { filter: TWO, name: "passer again", rootId: "passer", vmId: "two" },
    ],
  },
  ({ it, host }) => {
    it("are told apart by their root_id", async () => {
      expect((await host.fetch("/")).upstream?.request.header("x-t-marked")).toBe("1");
    });
  },
);

describe("A root_id that no plugin of the module has", () => {
  for (const rootId of ["nobody", ""]) {
    const options = { filters: [{ filter: TWO, rootId }] };
    const reason = `no plugin is registered for root_id "${rootId}"`;

    it(`is refused by name on the emulator: "${rootId}"`, async () => {
      await expect(EmulatorHost.start(options)).rejects.toThrow(reason);
    });

    const envoy = inject("envoy");
    it.skipIf(!envoy)(`is refused by name on Envoy: "${rootId}"`, async () => {
      if (envoy) await expect(EnvoyHost.start(options, envoy)).rejects.toThrow(reason);
    });
  }
});
