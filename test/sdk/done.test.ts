import { expect } from "vitest";
import { describeHosts } from "../../harness/src/testing/index.ts";
import { type Step, reports, scripted } from "./script.ts";

const FIELDS = [
  [":method", "GET"],
  [":path", "/bye"],
  [":authority", "poll.test"],
];
const say = (text: string): Step => ["logLine", 2, text];

describeHosts("A plugin that is not done yet", { filters: [scripted()] }, ({ it, host }) => {
  const said = (message: string): number => host.logs.filter((line) => line.message === message).length;
  const replaced = async (script: object): Promise<void> => {
    expect(await host.updateFilter("script", script)).toEqual({ accepted: true });
    expect(await host.updateFilter("script", {})).toEqual({ accepted: true });
    // The plugin goes with the last stream that began with it.
    expect((await host.fetch("/")).status).toBe(200);
  };

  it("still ticks, until it says so", async () => {
    const tick: Step[] = [say("still here"), ["finish"], ["finish"], ["tickPeriod", 0]];
    await replaced({ done: [say("not yet"), ["refuse"], ["tickPeriod", 20]], tick });
    await expect.poll(() => said("not yet")).toBe(2);
    await host.clock.advance("60ms");
    await expect.poll(() => said("still here")).toBe(2);
    expect(reports(host)).toEqual(["Ok", "NotFound", "Ok", "NotFound"]);
    await host.clock.advance("60ms");
    expect(said("still here")).toBe(2);
  });

  it("gets the answer to its last call", async () => {
    const call: Step = ["call", "stable", FIELDS, "", 1000, [["answer"], ["finish"], ["finish"]]];
    await replaced({ done: [["refuse"], call] });
    await expect.poll(() => reports(host).filter((line) => line === "NotFound").length).toBe(2);
    expect(reports(host).toSorted()).toEqual(
      ["Ok", "Ok", "Ok", "Ok", "NotFound", "NotFound", "status 200", "status 200"].toSorted(),
    );
    expect((await host.fetch("/")).status).toBe(200);
  });

  it("gets messages of its queue", async () => {
    const ready: Step[] = [["isReady", "t.late"], ["dequeue", "", "t.late"], ["finish"]];
    await replaced({
      configure: [["registerQueue", "t.late"]],
      done: [["refuse"], ["enqueue", "", "t.late", "x"]],
      queueReady: ready,
    });
    await expect.poll(() => reports(host).filter((line) => line === "=x").length).toBeGreaterThan(0);
    expect((await host.fetch("/")).status).toBe(200);
  });

  it("cannot finish before its end, or from within", async () => {
    await replaced({ configure: [["finish"]], done: [["finish"], ["refuse"]] });
    await expect.poll(() => reports(host).filter((line) => line === "NotFound").length).toBe(5);
    expect((await host.fetch("/")).status).toBe(200);
  });

  it("does not keep the host from ending", async () => {
    await host.updateFilter("script", { done: [["refuse"]] });
    expect((await host.fetch("/")).status).toBe(200);
  });
});
