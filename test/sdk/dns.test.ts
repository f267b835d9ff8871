import { expect } from "vitest";
import { describeHosts } from "../../harness/src/testing/index.ts";
import { type Step, reports, run, scripted } from "./script.ts";

const lookup = (name: string, ...then: Step[]): Step => ["lookup", name, [["addresses"], ...then]];
const RESUME: Step = ["resumeRequest"];

describeHosts("A lookup of names", { filters: [scripted()] }, ({ it, host }) => {
  it("has addresses at once, and calls nothing", async () => {
    const steps = ["127.0.0.1", "10.1.2.3"].map((name) => lookup(name, ["logLine", 2, "too late"]));
    const played = await run(host, { requestHeaders: steps });
    expect(played.reports).toEqual(["at once 1=127.0.0.1:0 at once", "at once 1=10.1.2.3:0 at once"]);
    expect(host.logs.map(({ message }) => message)).not.toContain("too late");
  });

  it("can hold a request until the answer has come", async () => {
    const { response, reports: said } = await run(host, {
      requestHeaders: [lookup("nothing.invalid", ["set", "requestHeaders", "x-t", "1"], RESUME), ["pause"]],
    });
    expect(said).toEqual(["Ok", "0", "Ok"]);
    expect(response.upstream?.request.header("x-t")).toBe("1");
  });

  it("can answer the request", async () => {
    const { response } = await run(host, {
      requestHeaders: [lookup("nothing.invalid", ["reply", 418], RESUME, ["reply", 500]), ["pause"]],
    });
    expect(response.status).toBe(418);
  });

  it("of a stream that is over calls nothing", async () => {
    for (const hook of ["log", "done", "responseHeaders"]) {
      const played = await run(host, { [hook]: [lookup("nothing.invalid", ["reply", 418], RESUME)] });
      expect(played.response.status).toBe(200);
      expect(played.reports[0]).toBe("Ok");
    }
    await host.clock.advance("100ms");
    expect((await host.fetch("/")).status).toBe(200);
  });

  it("keeps a plugin whose configuration is replaced until it is over", async () => {
    const script = {
      configure: [["lookup", "nothing.invalid", [["property", "plugin_name"], ["finish"]]]],
      done: [["logLine", 2, "done"], lookup("other.invalid", ["logLine", 2, "after the end"])],
    };
    for (let round = 0; round < 3; round++) {
      expect(await host.updateFilter("script", { ...script, round })).toEqual({ accepted: true });
      expect((await host.fetch("/")).status).toBe(200);
    }
    await host.updateFilter("script", {});
    expect((await host.fetch("/")).status).toBe(200);
    const said = (text: string): number => host.logs.filter(({ message }) => message === text).length;
    // Three plugins on two threads each.
    await expect.poll(() => said("after the end")).toBe(6);
    expect(said("done")).toBe(6);
    expect(reports(host).filter((line) => line === "Ok")).not.toHaveLength(0);
    expect((await host.fetch("/")).status).toBe(200);
  });
});
