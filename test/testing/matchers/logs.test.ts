import { expect } from "vitest";
import { describeHosts } from "../../../harness/src/testing/index.ts";
import { type Step, carrying, scripted } from "../../sdk/script.ts";
import { failure } from "../failure.ts";

const line = (level: number, text: string): Step => ["logLine", level, text];
const SCRIPT = {
  requestHeaders: [line(2, "seen alice"), line(3, "careful")],
  done: [line(2, "the very end")],
};

describeHosts("toHaveLogged", { filters: [scripted()] }, ({ it, host }) => {
  it("holds for a text, an expression, a level and a plugin", async () => {
    await host.fetch("/", { headers: carrying(SCRIPT) });
    await expect(host).toHaveLogged("alice");
    await expect(host).toHaveLogged(/^seen \w+$/, { level: "info", plugin: "script" });
    await expect(host).not.toHaveLogged("alice", { level: "warn" });
    await expect(host).not.toHaveLogged("alice", { plugin: "another" });
  });

  it("waits for what comes after the response", async () => {
    await host.fetch("/", { headers: carrying(SCRIPT) });
    await expect(host).toHaveLogged("the very end");
  });

  it("shows what was logged in this test", async () => {
    await host.fetch("/", { headers: carrying({ requestHeaders: SCRIPT.requestHeaders }) });
    await host.settled();
    const message = await failure(() =>
      expect(host).toHaveLogged("bob", { level: "info", plugin: "script" }),
    );
    expect(message).toMatch(
      /^expected log line from script at level info with "bob"\nlogged since the test began:\n/,
    );
    expect(message).toContain('\n  [info] script: "seen alice"\n  [warn] script: "careful"');
    expect(message).not.toContain("the very end");
    expect(await failure(() => expect(host).not.toHaveLogged(/see/))).toMatch(
      /^expected not: log line with \/see\/\n/,
    );
  });

  it("says what to do if nothing was logged", async () => {
    expect(await failure(() => expect(host).toHaveLogged("bob"))).toMatch(
      /nothing was logged[^\n]*`logLevel`/,
    );
  });
});
