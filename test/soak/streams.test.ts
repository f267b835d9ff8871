import { beforeAll, afterAll, describe, expect, inject, it } from "vitest";
import { type RunningEnvoy, upstreamBindHost } from "../../harness/src/envoy/index.ts";
import { sendBurst } from "./burst.ts";
import { digits } from "./exchange.ts";
import { HeldUpstream } from "./held-upstream.ts";
import { idleMemory, untilQuiet, type Memory, startProxy, trapOf } from "./proxy.ts";

const FEW = 10;
const MANY = 5_000;
const ANSWER = "the answer that all were waiting for";
/** In bytes per stream: a table doubles, so that of 5,000 streams may have more free room than that of 10. */
const FREE_ROOM = 16;
const TIMEOUT_MS = 120_000;
const HEADERS = { "x-soak-cluster": "held", "x-soak-question": "/", "x-soak-other": "o".repeat(100) };

describe.skipIf(inject("envoy") === null)("streams that wait in Envoy", { timeout: TIMEOUT_MS }, () => {
  let upstream: HeldUpstream;
  let envoy: RunningEnvoy;

  beforeAll(async () => {
    const installation = inject("envoy");
    if (!installation) throw new Error("there is no Envoy to test on");
    upstream = await HeldUpstream.start(await upstreamBindHost(installation));
    envoy = await startProxy("callout", { workers: 1, clusters: [{ name: "held", port: upstream.port }] });
  });
  afterAll(async () => {
    await envoy?.stop();
    await upstream?.[Symbol.asyncDispose]();
  });

  /** Has `count` streams wait, then answers them. @returns memory while they wait, and after that */
  async function wait(count: number): Promise<{ waiting: Memory; after: Memory }> {
    const burst = await sendBurst(envoy.listenerPort, count, "/answer/100", HEADERS);
    await expect.poll(() => upstream.held, { timeout: TIMEOUT_MS }).toBe(count);
    const waiting = await idleMemory(envoy);
    upstream.answer(ANSWER);
    (await burst.outcomes).forEach((outcome, n) => {
      expect(outcome?.headers).toMatchObject({
        ":status": 200,
        "x-soak-answer": `200 ${ANSWER.length} ${ANSWER.slice(-16)}`,
        "x-soak-asked-for": digits(n),
      });
    });
    return { waiting, after: await idle() };
  }

  /** Memory when nothing is on its way any more: one last request sees to it that it is looked at anew. */
  async function idle(): Promise<Memory> {
    await untilQuiet(envoy);
    expect((await fetch(envoy.url)).status).toBe(400);
    return idleMemory(envoy);
  }

  it("take no more memory each when they are many", async () => {
    const before = await idle();
    const perStream = new Map<number, number>();
    for (const count of [FEW, 100, 1_000, MANY]) {
      const { waiting } = await wait(count);
      perStream.set(count, (waiting.live - before.live) / count);
    }
    console.log("bytes of linear memory for each of so many streams:", perStream);
    expect(perStream.get(MANY)).toBeLessThanOrEqual((perStream.get(FEW) as number) + FREE_ROOM);
    expect(trapOf(envoy)).toBeUndefined();
  });

  it("leave their memory to the next as many", async () => {
    const first = await wait(MANY);
    const second = await wait(MANY);
    expect(second.waiting).toEqual(first.waiting);
    expect(second.after).toEqual(first.after);
    expect(trapOf(envoy)).toBeUndefined();
  });

  it("leave it too when their clients vanish", async () => {
    await vanish();
    const before = await wait(MANY);
    for (let round = 0; round < 3; round++) expect(await vanish()).toEqual(before.after);
    const after = await wait(MANY);
    expect(after).toEqual(before);
    expect(trapOf(envoy)).toBeUndefined();

    /** Has so many streams wait whose clients go before the answer comes. @returns memory after that */
    async function vanish(): Promise<Memory> {
      const burst = await sendBurst(envoy.listenerPort, MANY, "/answer/100", HEADERS);
      await expect.poll(() => upstream.held, { timeout: TIMEOUT_MS }).toBe(MANY);
      burst.vanish();
      expect((await burst.outcomes).every((outcome) => outcome === null)).toBe(true);
      upstream.answer(ANSWER);
      return idle();
    }
  });
});
