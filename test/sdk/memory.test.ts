import { describe, expect, it } from "vitest";
import type { HttpResponse } from "../../harness/src/model/index.ts";
import { EmulatorHost } from "../../harness/src/testing/emulator-host.ts";
import { requestOf } from "../../harness/src/testing/messages.ts";

const REQUESTS = 20_000;
const WARM_UP = 1_000;
const STREAMS = 2_000;
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

/** Opens `count` streams that wait for an answer. @returns their responses, and what gives the answers */
function pausedStreams(
  host: EmulatorHost,
  count: number,
  signal?: AbortSignal,
): { responses: Promise<HttpResponse>[]; answer: () => void } {
  const waiting: ((response: Partial<HttpResponse>) => void)[] = [];
  host.upstream("authority").reply(() => new Promise((resolve) => waiting.push(resolve)));
  const options = signal ? { signal } : {};
  const responses = Array.from({ length: count }, () => host.emulator.fetch(wishing("call"), options));
  return { responses, answer: () => waiting.splice(0).forEach((resolve) => resolve({ status: 200 })) };
}

describe("A module's memory", () => {
  it("does not grow with the number of requests", async () => {
    await using host = await start();
    let warm: number[] = [];
    for (let n = 0; n < REQUESTS; n++) {
      if (n === WARM_UP) warm = host.emulator.memorySizes();
      const response = await host.emulator.fetch(wishing(n % 3 === 0 ? "reply" : "call"));
      if (n % 3 === 0) expect(response.status).toBe(403);
    }
    expect(host.emulator.memorySizes()).toEqual(warm);
    expect(host.emulator.traps).toEqual([]);
  });

  it("that many waiting streams took is there for the next as many", async () => {
    await using host = await start();
    const sizes: number[][] = [];
    for (let burst = 0; burst < BURSTS; burst++) {
      const { responses, answer } = pausedStreams(host, STREAMS);
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
      const client = new AbortController();
      const { responses, answer } = pausedStreams(host, STREAMS, client.signal);
      await host.clock.advance("1ms");
      client.abort();
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
