import { expect } from "vitest";
import { type TestHost, describeHosts } from "../../harness/src/testing/index.ts";
import { type Step, run, scripted } from "./script.ts";

const SINK = "test/sdk/assembly/stat-sink.ts";
const PREFIX = "wasmcustom.t_stat_";
const SUITE = {
  filters: [scripted()],
  statSinks: [{ filter: SINK, name: "sink", config: PREFIX }],
  statsFlushInterval: "100ms",
};

/** What the sink has logged of `name` since the test began. */
const seen = (host: TestHost, name: string): string[] =>
  host.logs.map(({ message }) => message).filter((line) => line.includes(` ${PREFIX}${name} `));

/** Lets an update pass. */
async function flushed(host: TestHost, name: string): Promise<void> {
  const before = seen(host, name).length;
  await host.clock.advance("110ms");
  await expect.poll(() => seen(host, name).length, { timeout: 10_000 }).toBeGreaterThan(before);
}

describeHosts("A stat sink", SUITE, ({ it, host }) => {
  const play = (...steps: Step[]): Promise<unknown> => run(host, { requestHeaders: steps });

  it("gets counters, and by how much they went up", async () => {
    await play(["counter", "t_stat_a", 3]);
    await flushed(host, "a");
    await play(["counter", "t_stat_a", 4]);
    await flushed(host, "a");
    await flushed(host, "a");
    const lines = seen(host, "a").filter((line) => !line.endsWith("+0"));
    expect(lines).toEqual([`counter ${PREFIX}a 3 +3`, `counter ${PREFIX}a 7 +4`]);
    expect(seen(host, "a").at(-1)).toBe(`counter ${PREFIX}a 7 +0`);
  });

  it("gets gauges", async () => {
    await play(["recordGauge", "t_stat_g", 9]);
    await flushed(host, "g");
    await play(["recordGauge", "t_stat_g", 0]);
    await flushed(host, "g");
    await flushed(host, "g");
    expect([...new Set(seen(host, "g"))]).toEqual([`gauge ${PREFIX}g 9 +0`, `gauge ${PREFIX}g 0 +0`]);
  });

  it("gets all of many, whatever the length of their names", async () => {
    const steps = Array.from({ length: 60 }, (_, i): Step => [
      "recordGauge",
      `t_stat_${i}_${"x".repeat(i)}`,
      i,
    ]);
    for (let i = 0; i < steps.length; i += 20) await play(...steps.slice(i, i + 20));
    await play(["counter", "t_stat_last", 1]);
    await flushed(host, "last");
    await flushed(host, "last");
    for (let i = 0; i < steps.length; i++) {
      const name = `${i}_${"x".repeat(i)}`;
      expect(seen(host, name)).toContain(`gauge ${PREFIX}${name} ${i} +0`);
    }
  });

  it("gets nothing of what was never written, nor histograms", async () => {
    await play(["counter", "t_stat_never", 0], ["histogram", "t_stat_h", 5], ["counter", "t_stat_now", 1]);
    await flushed(host, "now");
    expect([...seen(host, "never"), ...seen(host, "h")]).toEqual([]);
  });
});
