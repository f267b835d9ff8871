import { expect } from "vitest";
import { describeHosts } from "../../harness/src/testing/index.ts";

const served = (by: string): unknown => ({ response: [{ set: { name: "x-served-by", value: by } }] });

describeHosts(
  "configuration of a running filter",
  { filters: [{ filter: "header-rewrite", config: served("first") }], workers: 2 },
  ({ it, host }) => {
    const servedBy = async (): Promise<string | null> => (await host.fetch("/")).header("x-served-by");

    it("changes without a failed request", async () => {
      let failed = 0;
      let asked = 0;
      let changing = true;
      const load = (async () => {
        for (; changing; asked++) if ((await host.fetch("/")).status !== 200) failed++;
      })();
      for (const name of ["second", "third", "fourth"]) {
        expect(await host.updateFilter("header-rewrite", served(name))).toEqual({ accepted: true });
        await expect.poll(servedBy).toBe(name);
      }
      changing = false;
      await load;
      expect(asked).toBeGreaterThan(0);
      expect(failed).toBe(0);
    });

    it("stays as it was when the new one is refused, and says why", async () => {
      expect(await host.updateFilter("header-rewrite", served("in force"))).toEqual({ accepted: true });
      await expect.poll(servedBy).toBe("in force");
      const wrong = {
        response: [{ set: { name: "x-served-by", valeu: "broken" } }, { set: { name: "host", value: "x" } }],
      };
      expect((await host.updateFilter("header-rewrite", wrong)).accepted).toBe(false);
      await expect
        .poll(() =>
          host.logs
            .map((line) => line.message)
            .filter((message) => message.includes("configuration refused")),
        )
        .toEqual(
          expect.arrayContaining([
            expect.stringContaining("/response/0/set/valeu"),
            expect.stringContaining("/response/1/set/name"),
          ]),
        );
      expect(await servedBy()).toBe("in force");
    });
  },
);

describeHosts(
  "two configurations of one filter in one VM",
  {
    filters: [
      {
        filter: "header-rewrite",
        name: "outer",
        vmId: "shared",
        config: { request: [{ append: { name: "x-via", value: "outer" } }] },
      },
      {
        filter: "header-rewrite",
        name: "inner",
        vmId: "shared",
        config: { request: [{ append: { name: "x-via", value: "inner" } }] },
      },
    ],
    workers: 2,
  },
  ({ it, host }) => {
    const via = async (): Promise<string | null | undefined> =>
      (await host.fetch("/")).upstream?.request.header("x-via");

    it("keeps them apart", async () => {
      for (let n = 0; n < 4; n++) expect(await via()).toBe("outer, inner");
    });

    it("changes one and leaves the other", async () => {
      const config = { request: [{ append: { name: "x-via", value: "changed" } }] };
      expect(await host.updateFilter("inner", config)).toEqual({ accepted: true });
      await expect.poll(via).toBe("outer, changed");
    });
  },
);
