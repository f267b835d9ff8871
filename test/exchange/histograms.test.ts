import { expect } from "vitest";
import { describeHosts } from "../../harness/src/testing/index.ts";
import { run, scripted, type Step } from "../sdk/script.ts";

const OPTIONS = { filters: [scripted()], workers: 2 };

describeHosts("Histograms", OPTIONS, ({ it, host }) => {
  const record = (name: string, ...values: number[]): Promise<unknown> =>
    run(host, { requestHeaders: values.map((value): Step => ["histogram", name, value]) });

  it("tell what was recorded, with two digits of each value", async () => {
    await record("t_h", 5, 0, 99, 5, 100, 1234, 1299, 1300, 987_654_321, 2 ** 53);
    expect(await host.histogram("t_h")).toEqual({
      count: 10,
      values: [
        [0, 1],
        [5, 2],
        [99, 1],
        [100, 1],
        [1200, 2],
        [1300, 1],
        [980_000_000, 1],
        [9.0e15, 1],
      ],
    });
  });

  it("are up to date at once, over all workers", async () => {
    for (let count = 1; count <= 8; count++) {
      await record("t_soon", count);
      expect((await host.histogram("t_soon")).count).toBe(count);
    }
  });

  it("are told apart by their whole name", async () => {
    await record("t_h.a", 1);
    await record("t_hxa", 2);
    expect((await host.histogram("t_h.a")).values).toEqual([[1, 1]]);
  });

  it("that nobody defined have no values", async () => {
    expect(await host.histogram("t_none")).toEqual({ count: 0, values: [] });
  });

  it("are not among the counters and gauges", async () => {
    await record("t_not", 1);
    expect(await host.stats(/^t_not$/)).toEqual({});
  });
});
