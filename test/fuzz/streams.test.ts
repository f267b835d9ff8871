import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { StreamResetError } from "../../harness/src/emulator/errors.ts";
import { Emulator } from "../../harness/src/emulator/index.ts";
import type { HttpRequest } from "../../harness/src/model/index.ts";
import { topologyOf } from "../../harness/src/testing/suite.ts";
import { randomNumbers } from "../../harness/src/testing/mutations.ts";
import { carrying } from "../sdk/script.ts";
import { hostileRequest, hostileResponse } from "./messages.ts";
import { type Random, mutate } from "./mutators.ts";
import { pluginScript, streamScript } from "./scripts.ts";

const SEED = 20_261_125;
const REQUESTS = 1500;
const REQUESTS_PER_CONFIGURATION = 15;
/** What the largest messages of these tests and the tables of the rate limits need, several times over. */
const MAX_MEMORY_BYTES = 16 << 20;
const ROUNDS = 4;

/** What to run, and what configurations and requests for it look like. */
interface Subject {
  readonly filter: string;
  /** The one that it starts with. */
  readonly first: unknown;
  configuration(random: Random): unknown;
  extra(random: Random): HttpRequest["headers"];
}

/** A product filter with its examples and what mutation makes of them. */
function productFilter(filter: string): Subject {
  const folder = new URL(`../../filters/${filter}/examples/`, import.meta.url);
  const examples = readdirSync(folder).map((name) => readFileSync(new URL(name, folder)));
  return {
    filter,
    first: JSON.parse(String(examples[0])),
    configuration(random) {
      const other = (): Buffer => examples[random(examples.length)] as Buffer;
      const text = random(3) === 0 ? mutate(other(), { random, words: [], other }) : other();
      return Buffer.from(text).toString();
    },
    extra: () => [],
  };
}

const SUBJECTS: readonly Subject[] = [
  ...["auth", "canary", "header-rewrite", "rate-limit"].map(productFilter),
  {
    filter: "test/sdk/assembly/script.ts",
    first: {},
    configuration: pluginScript,
    extra: (random) => (random(10) === 0 ? [["x-script", "{"]] : carrying(streamScript(random))),
  },
];

/** Sends `request`; when nothing lets it go on, time passes, and in the end the client goes. */
async function send(emulator: Emulator, request: HttpRequest): Promise<string> {
  const client = new AbortController();
  const outcome = emulator.fetch(request, { signal: client.signal }).then(
    ({ status }) => String(status),
    (error: unknown) => {
      if (error instanceof StreamResetError) return "reset";
      throw error;
    },
  );
  const waiting = new Promise<string>((resolve) => setImmediate(resolve, "waiting"));
  if ((await Promise.race([outcome, waiting])) === "waiting") {
    await emulator.clock.advance("70s");
    client.abort();
  }
  return outcome;
}

describe("whole filters", () => {
  it.each(SUBJECTS)(
    `$filter stands ${REQUESTS} hostile streams and the configurations between them (seed ${SEED})`,
    { timeout: 120_000 },
    async ({ filter, first, configuration, extra }) => {
      const random = randomNumbers(SEED);
      const name = "subject";
      const topology = await topologyOf({ filters: [{ filter, name, config: first }], workers: 2 });
      const clusters = (cluster: string) =>
        cluster === "stable" ? () => hostileResponse(random) : undefined;
      const emulator = await Emulator.start({ topology, clusters });
      const outcomes = new Map<string, number>();
      let accepted = 0;
      for (let n = 0; n < REQUESTS; n++) {
        if (n % REQUESTS_PER_CONFIGURATION === 0) {
          const update = await emulator.updateFilter(name, configuration(random));
          if (update.accepted) accepted++;
        }
        const outcome = await send(emulator, hostileRequest(random, extra(random)));
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        expect(emulator.traps.map(({ function: hook, error }) => `${hook}: ${String(error)}`)).toEqual([]);
      }
      console.log(`${filter}: ${accepted} configurations, ${JSON.stringify(Object.fromEntries(outcomes))}`);
      expect(Math.max(...emulator.memorySizes())).toBeLessThanOrEqual(MAX_MEMORY_BYTES);
      // Not everything was refused before a filter saw it.
      expect(accepted).toBeGreaterThan(ROUNDS);
      expect(outcomes.size).toBeGreaterThan(1);
      await emulator[Symbol.asyncDispose]();
      expect(emulator.traps).toEqual([]);
    },
  );
});
