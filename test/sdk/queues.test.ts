import { expect } from "vitest";
import { describeHosts } from "../../harness/src/testing/index.ts";
import { type Step, reports, run, scripted } from "./script.ts";

const REGISTER: Step = ["registerQueue", "jobs"];
const dequeue: Step = ["dequeue", "", "jobs"];
const consumer = { configure: [REGISTER], queueReady: [["isReady", "jobs"], dequeue, dequeue] } as const;

describeHosts(
  "A shared queue",
  {
    filters: [
      { ...scripted({ configure: [["registerQueue", "kept"]] }, "keeper"), vmId: "keeper" },
      { ...scripted(consumer, "consumer"), vmId: "consumer" },
    ],
  },
  ({ it, host }) => {
    // Both filters play the script, each in the VM that it is in.
    const played = async (...steps: Step[]): Promise<string[]> => {
      const headers: [string, string][] = [["x-script", JSON.stringify({ requestHeaders: steps })]];
      await host.fetch("/", { headers });
      await expect.poll(() => reports(host).filter((line) => line === "over")).toHaveLength(2);
      return reports(host).filter((line) => line !== "over");
    };

    it("keeps messages in order, the empty one too", async () => {
      const put = ["one", "", "three"].map((text): Step => ["enqueue", "keeper", "kept", text]);
      const take: Step = ["dequeue", "keeper", "kept"];
      const once = ["Ok", "Ok", "Ok", "=one", "=", "=three", "absent"];
      expect(await played(...put, take, take, take, take)).toEqual([...once, ...once]);
    });

    it("is found by name and vm_id, and by nothing else", async () => {
      const steps: Step[] = [
        ["resolveQueue", "keeper", "kept"],
        ["resolveQueue", "consumer", "jobs"],
        ["resolveQueue", "nobody", "jobs"],
        ["resolveQueue", "keeper", "jobs"],
        ["resolveQueue", "keeper", ""],
        ["resolveQueue", "", "jobs"],
      ];
      const common = ["queue", "queue", "no queue", "no queue", "no queue"];
      expect(await played(...steps)).toEqual([...common, "no queue", ...common, "queue"]);
    });

    it("tells the plugin that registered it", async () => {
      await host.fetch("/", {
        headers: [["x-script", JSON.stringify({ log: [["enqueue", "consumer", "jobs", "work"]] })]],
      });
      // Two filters have enqueued; a message may already be taken when its notice comes.
      await expect.poll(() => reports(host).filter((line) => line === "ready")).toHaveLength(2);
      expect(reports(host).filter((line) => line === "=work")).toHaveLength(2);
    });

    it("tells the new plugin after a new configuration", async () => {
      const again = { configure: [REGISTER], queueReady: [["logLine", 2, "the new one"], dequeue] };
      expect(await host.updateFilter("consumer", again)).toEqual({ accepted: true });
      await host.fetch("/", {
        headers: [["x-script", JSON.stringify({ log: [["enqueue", "consumer", "jobs", "more"]] })]],
      });
      await expect
        .poll(() => host.logs.filter(({ message }) => message === "the new one").length)
        .toBeGreaterThan(0);
    });
  },
);

describeHosts("A queue of one worker", { filters: [scripted(consumer)] }, ({ it, host }) => {
  it("can be registered again and used in every hook", async () => {
    const steps: Step[] = [REGISTER, ["enqueue", "", "jobs", "x"], dequeue];
    const { reports: said } = await run(
      host,
      { requestHeaders: steps, requestBody: steps, responseHeaders: steps, responseBody: steps, log: steps },
      { method: "POST", body: "hello" },
    );
    const others = ["ready", "another queue", "absent"];
    const own = said.filter((line) => !others.includes(line));
    expect(new Set(own)).toEqual(new Set(["queue", "Ok", "=x"]));
  });
});
