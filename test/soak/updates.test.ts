import { describe, expect, inject, it } from "vitest";
import { answerBody } from "./amend.ts";
import { exchange } from "./exchange.ts";
import { load } from "./load.ts";
import { idleMemory, startProxy, trapOf, untilQuiet } from "./proxy.ts";
import { Random } from "./random.ts";

const CONNECTIONS = 8;
const WORKERS = 2;
const UPDATES = 50;
const WARM_UP = 10;
/** Kept by each configuration: one that is not given back is seen. */
const CONFIG_BYTES = 20_000;
const LIVE_TOLERANCE = 4_096;
/**
 * How many configurations are in memory at once, and so how far it grows, is a matter of timing: the old one stays
 * for the streams that began with it. Room for three, of a power of two pages.
 */
const PAGES_PER_VM = 4;
/** Each worker has one, and the main thread. */
const VMS = WORKERS + 1;
const TIMEOUT_MS = 180_000;

const configOf = (version: number): string => `${version} `.padEnd(CONFIG_BYTES, "c");

describe.skipIf(inject("envoy") === null)(`${UPDATES} updates of a filter under load in Envoy`, () => {
  it(
    "fail no request, leave each with one version, and no memory behind",
    { timeout: TIMEOUT_MS },
    async () => {
      await using envoy = await startProxy("version", { workers: WORKERS, config: configOf(0) });
      /** The version that each connection saw last. */
      const seen = new Array<number>(CONNECTIONS).fill(0);
      let latest = 0;
      const check = ({ head }: { head: string }, connection: number): string | undefined => {
        const [request, response] = [/\r\nx-soak-number: (\d+)\r\n/, /\r\nx-soak-version: (\d+)\r\n/].map(
          (line) => Number(line.exec(head)?.[1]),
        );
        if (request === undefined || request !== response) return `version ${request} and then ${response}`;
        const before = seen[connection] as number;
        seen[connection] = request;
        return request >= before && request >= latest - 1 && request <= latest
          ? undefined
          : `version ${request}, after ${before}, the latest is ${latest}`;
      };
      const answer = { body: answerBody(1_000), tellsNumber: false };
      const target = {
        port: envoy.listenerPort,
        connections: CONNECTIONS,
        exchanges: [exchange({ path: "/answer/1000", expect: answer })],
        random: new Random(50),
        check,
      };
      /** Updates to version `last`, one after the other, each as soon as the one before has reached all connections. */
      const updateTo = async (last: number): Promise<number> => {
        const stop = new AbortController();
        const running = load({ ...target, stop: stop.signal });
        const updating = (async () => {
          while (latest < last) {
            latest++;
            expect(await envoy.updateFilter("version", configOf(latest))).toEqual({ accepted: true });
            await expect
              .poll(() => seen.every((version) => version === latest), { timeout: TIMEOUT_MS })
              .toBe(true);
          }
        })().finally(() => stop.abort());
        const [{ answers }] = await Promise.all([running, updating]);
        return answers;
      };

      await updateTo(WARM_UP);
      await untilQuiet(envoy);
      const warm = await idleMemory(envoy);
      const answers = await updateTo(UPDATES);
      await untilQuiet(envoy);
      const end = await idleMemory(envoy);
      console.log(`${answers} answers`, warm, end);
      expect(answers).toBeGreaterThan(UPDATES);
      expect(trapOf(envoy)).toBeUndefined();
      expect(end.pages).toBeLessThanOrEqual(VMS * PAGES_PER_VM);
      expect(end.live).toBeLessThanOrEqual(warm.live + LIVE_TOLERANCE);
    },
  );
});
