import { expect } from "vitest";
import { describeHosts } from "../../harness/src/testing/index.ts";

const FILTERS = [{ filter: "test/sdk/assembly/update.ts", name: "update", config: "old" }];

describeHosts("A new configuration", { filters: FILTERS }, ({ it, host }) => {
  it("is for new streams; those that began before end with the old one, then that is done", async () => {
    let answer: () => void = () => {};
    const answered = new Promise<void>((resolve) => (answer = resolve));
    const asked = new Promise<void>((resolve) => {
      host.upstream("stable").reply(async ({ path }) => {
        if (path === "/wait") {
          resolve();
          await answered;
        }
        return {};
      });
    });
    const done = (): string[] =>
      host.logs.map(({ message }) => message).filter((message) => message.endsWith(" is done"));

    const early = host.fetch("/", { headers: { "x-t-wait": "1" } });
    await asked;
    expect(await host.updateFilter("update", "new")).toEqual({ accepted: true });
    expect((await host.fetch("/")).header("x-t-config")).toBe("new");
    answer();
    expect((await early).header("x-t-config")).toBe("old");
    // The worker's plugin goes with its last stream; that of the main thread has none.
    await expect.poll(done).toEqual(["old is done", "old is done"]);
    expect((await host.fetch("/")).header("x-t-config")).toBe("new");
  });
});
