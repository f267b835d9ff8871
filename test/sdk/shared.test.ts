import { expect } from "vitest";
import { describeHosts, type TestHost } from "../../harness/src/testing/index.ts";
import { type Step, run, scripted } from "./script.ts";

const OPTIONS = { filters: [{ ...scripted(), vmId: "sdk-shared" }], workers: 2 };

/** Enough requests that each of two workers gets some. */
const SPREAD = 16;

describeHosts("Metrics", OPTIONS, ({ it, host }) => {
  const all = async (...steps: Step[]): Promise<string[]> =>
    (await run(host, { requestHeaders: steps })).reports;

  it("count over all workers", async () => {
    const steps: Step[] = [["counter", "t_requests", 2]];
    const seen: number[] = [];
    for (let n = 0; n < SPREAD; n++) seen.push(Number((await all(...steps))[0]));
    expect(seen).toEqual(Array.from({ length: SPREAD }, (_, n) => 2 * (n + 1)));
    await expect.poll(() => host.metric("t_requests")).toBe(2 * SPREAD);
  });

  it("of a counter do not go down", async () => {
    expect(await all(["counter", "t_up", 5], ["counter", "t_up", 0], ["counter", "t_up", -3])).toEqual([
      ...["5", "5", "5"],
    ]);
  });

  it("of a gauge go up and down and are set", async () => {
    const steps: Step[] = [
      ["gauge", "t_level", 5],
      ["gauge", "t_level", -3],
      ["recordGauge", "t_level", 40],
      ["gauge", "t_level", 2],
    ];
    expect(await all(...steps)).toEqual(["5", "2", "40", "42"]);
    await expect.poll(() => host.metric("t_level")).toBe(42);
  });

  it("of a histogram are taken", async () => {
    expect(await all(["histogram", "t_sizes", 10], ["histogram", "t_sizes", 1_000_000])).toEqual([]);
  });

  it("of one name and two kinds are two", async () => {
    expect(await all(["counter", "t_both", 1], ["gauge", "t_both", 7], ["counter", "t_both", 1])).toEqual([
      ...["1", "7", "2"],
    ]);
  });
});

describeHosts("Shared data", OPTIONS, ({ it, host }) => {
  const all = async (...steps: Step[]): Promise<string[]> =>
    (await run(host, { requestHeaders: steps })).reports;

  it("tells absent from empty", async () => {
    const steps: Step[] = [
      ["getShared", "t-new"],
      ["setShared", "t-new", ""],
      ["getShared", "t-new"],
      ["setShared", "t-new", "ä"],
      ["getShared", "t-new"],
    ];
    expect(await all(...steps)).toEqual(["absent", "Ok", "=", "Ok", "=ä"]);
  });

  it("refuses a write after somebody else's", async () => {
    const steps: Step[] = [
      ["setShared", "t-cas", "1"],
      ["getShared", "t-cas"],
      ["swapShared", "t-cas", "2"],
      ["swapShared", "t-cas", "3"],
      ["getShared", "t-cas"],
      ["swapShared", "t-cas", "4", 1],
      ["swapShared", "t-cas", "5"],
      ["getShared", "t-cas"],
    ];
    expect(await all(...steps)).toEqual(["Ok", "=1", "Ok", "CasMismatch", "=2", "CasMismatch", "Ok", "=5"]);
  });

  it("is one for all workers", async () => {
    await all(["setShared", "t-common", "here"]);
    const seen = new Set<string>();
    for (let n = 0; n < SPREAD; n++)
      for (const value of await all(["getShared", "t-common"])) seen.add(value);
    expect([...seen]).toEqual(["=here"]);
  });

  it("loses no update of racing streams", async () => {
    await all(["setShared", "t-race", "0"]);
    await raced(host);
    expect(await all(["getShared", "t-race"])).toEqual([`=${SPREAD}`]);
  });
});

/** Lets streams on both workers add 1 to a number at once. */
async function raced(host: TestHost): Promise<void> {
  const script = JSON.stringify({ requestHeaders: [["addShared", "t-race", 1]] });
  await Promise.all(
    Array.from({ length: SPREAD }, () => host.fetch("/", { headers: [["x-script", script]] })),
  );
  await expect
    .poll(() => host.logs.filter(({ message }) => message === "report: over"))
    .toHaveLength(SPREAD + 1);
}
