import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { describe, expect, inject, it } from "vitest";
import { upstreamBindHost } from "../../harness/src/envoy/index.ts";
import { exchangesOf, LOADS } from "./exchanges.ts";
import { load } from "./load.ts";
import { idleMemory, startProxy, trapOf, untilQuiet } from "./proxy.ts";
import { Random } from "./random.ts";
import { FULL, REQUESTS, WARM_UP } from "./volume.ts";

const CONNECTIONS = 32;
const WORKERS = 2;
const SEED = 20_240_229;
/** In bytes: no stream is on its way any more, but tables keep room for as many as there once were. */
const LIVE_TOLERANCE = 4_096;
const LARGEST = 16;
/** Only for what hangs. */
const TIMEOUT_MS = 900_000;

/** A server that takes everything and says nothing. */
async function silentServer(host: string): Promise<AsyncDisposable & { port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy()).resume();
    socket.once("close", () => sockets.delete(socket));
  });
  server.listen(0, host);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

if (!FULL) console.log(`soak: ${REQUESTS} requests to each filter in place of 1,000,000; all with CI=true`);

describe.skipIf(inject("envoy") === null)(`after ${REQUESTS} requests in Envoy`, () => {
  it.for(LOADS)(
    "the memory of filter $filter is what it was after the first",
    { timeout: TIMEOUT_MS },
    async (kind) => {
      const installation = inject("envoy");
      if (!installation) throw new Error("there is no Envoy to test on");
      await using late = await silentServer(await upstreamBindHost(installation));
      await using envoy = await startProxy(kind.filter, {
        workers: WORKERS,
        clusters: [{ name: "late", port: late.port }],
      });
      const random = new Random(SEED);
      const exchanges = exchangesOf(kind, random);
      const largest = [...exchanges].sort((a, b) => b.request.length - a.request.length).slice(0, LARGEST);
      const target = { port: envoy.listenerPort, connections: CONNECTIONS, random };
      const began = performance.now();
      const progress = (before: number) => (answers: number) =>
        console.log(
          `${kind.filter}: ${before + answers} answered, ${Math.round(performance.now() - began)} ms`,
        );

      // As much at a time as there will ever be.
      await load({ ...target, exchanges: largest, answers: CONNECTIONS * 50 });
      await load({ ...target, exchanges, answers: WARM_UP, onProgress: progress(0) });
      await untilQuiet(envoy);
      const warm = await idleMemory(envoy);
      const result = await load({
        ...target,
        exchanges,
        answers: REQUESTS - WARM_UP,
        onProgress: progress(WARM_UP),
      });
      await untilQuiet(envoy);
      const end = await idleMemory(envoy);
      console.log(`${kind.filter}: memory after the first ${WARM_UP}`, warm, "after all", end);

      expect(trapOf(envoy)).toBeUndefined();
      expect(result.answers).toBe(REQUESTS - WARM_UP);
      expect(result.vanished).toBe(Math.floor(result.answers / 100));
      expect(end.pages).toBe(warm.pages);
      expect(end.live).toBeLessThanOrEqual(warm.live + LIVE_TOLERANCE);
    },
  );
});
