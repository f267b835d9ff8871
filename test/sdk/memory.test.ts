import { describe, expect, it } from "vitest";
import type { HttpResponse } from "../../harness/src/model/index.ts";
import { EmulatorHost } from "../../harness/src/testing/emulator-host.ts";
import { requestOf } from "../../harness/src/testing/messages.ts";

const REQUESTS = 20_000;
const WARM_UP = 1_000;
const STREAMS = 500;
const BURSTS = 10;

const start = (): Promise<EmulatorHost> =>
  EmulatorHost.start({
    filters: [{ filter: "test/sdk/assembly/memory.ts" }],
    routes: [
      { match: { prefix: "/never" }, cluster: "authority" },
      { match: { prefix: "/" }, cluster: "stable" },
    ],
  });

const wishing = (wish: string): ReturnType<typeof requestOf> =>
  requestOf("/", { headers: { "x-t-wish": wish, "x-t-long": "v".repeat(200) } });

/** Opens streams that wait for an answer. @returns their responses, what gives the answers, what makes all clients leave */
function pausedStreams(host: EmulatorHost): {
  responses: Promise<HttpResponse>[];
  answer: () => void;
  leave: () => void;
} {
  const waiting: ((response: Partial<HttpResponse>) => void)[] = [];
  host.upstream("authority").reply(() => new Promise((resolve) => waiting.push(resolve)));
  // One for each: to add the n-th listener to a signal takes n steps.
  const clients = Array.from({ length: STREAMS }, () => new AbortController());
  return {
    responses: clients.map(({ signal }) => host.emulator.fetch(wishing("call"), { signal })),
    answer: () => waiting.splice(0).forEach((resolve) => resolve({ status: 200 })),
    leave: () => clients.forEach((client) => client.abort()),
  };
}

describe("A module's memory", () => {
  it("does not grow with the number of requests", async () => {
    await using host = await start();
    let warm: number[] = [];
    let refused = 0;
    for (let n = 0; n < REQUESTS; n++) {
      if (n === WARM_UP) warm = host.emulator.memorySizes();
      const response = await host.emulator.fetch(wishing(n % 3 === 0 ? "reply" : "call"));
      if (response.status === 403) refused++;
    }
    expect(refused).toBe(Math.ceil(REQUESTS / 3));
    expect(host.emulator.memorySizes()).toEqual(warm);
    expect(host.emulator.traps).toEqual([]);
  });

  it("that many waiting streams took is there for the next as many", async () => {
    await using host = await start();
    const sizes: number[][] = [];
    for (let burst = 0; burst < BURSTS; burst++) {
      const { responses, answer } = pausedStreams(host);
      await host.clock.advance("1ms");
      answer();
      for (const response of await Promise.all(responses)) expect(response.status).toBe(200);
      sizes.push(host.emulator.memorySizes());
    }
    expect(sizes.at(-1)).toEqual(sizes[6]);
  });

  it("is not touched by answers to streams whose clients have gone", async () => {
    await using host = await start();
    const sizes: number[][] = [];
    for (let burst = 0; burst < BURSTS; burst++) {
      const { responses, answer, leave } = pausedStreams(host);
      await host.clock.advance("1ms");
      leave();
      for (const outcome of await Promise.allSettled(responses)) {
        expect(outcome).toMatchObject({
          status: "rejected",
          reason: { details: "downstream_remote_disconnect" },
        });
      }
      answer();
      await host.clock.advance("1ms");
      sizes.push(host.emulator.memorySizes());
    }
    expect(sizes.at(-1)).toEqual(sizes[6]);
    expect(host.emulator.traps).toEqual([]);
    expect(host.upstream("stable").requests).toEqual([]);
    expect((await host.emulator.fetch(wishing("reply"))).status).toBe(403);
  });
});
