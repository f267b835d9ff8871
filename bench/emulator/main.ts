/** Measures the emulator: how long it takes to load a module, and how many requests a second it serves. */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Emulator } from "../../harness/src/emulator/index.ts";
import type { FilterSpec } from "../../harness/src/model/index.ts";
import { buildFilters, wasmFile, WORKSPACE } from "../../harness/src/wasm/build.ts";

const HELP = `Usage: npm run bench:emulator -- [options]

  --seconds N   how long requests are sent to each filter (default 2)
  --loads N     how often each module is loaded (default 20)
  --json        print the figures as JSON
`;

const FILTERS = ["header-rewrite", "canary", "rate-limit", "auth"];
const RESPONSE = { status: 200, headers: [], body: Buffer.from("hello") } as const;
const REQUEST = {
  method: "GET",
  path: "/orders?id=1",
  authority: "shop.example.com",
  headers: [
    ["user-agent", "bench"],
    ["accept", "*/*"],
    ["x-internal-debug", "1"],
  ],
  body: new Uint8Array(),
} as const;

interface Figures {
  readonly filter: string;
  readonly bytes: number;
  /** Median of reading, checking, compiling and starting a module until the first request can be sent. */
  readonly loadMs: number;
  /** The slowest load: the first one, with everything cold. */
  readonly slowestLoadMs: number;
  /** By the process's own time, all threads: what one core does however busy the machine is. */
  readonly requestsPerSecond: number;
}

async function measure(filter: string, loads: number, seconds: number): Promise<Figures> {
  const wasmPath = wasmFile(filter);
  const config = await readFile(join(WORKSPACE, "filters", filter, "examples", "demo.json"), "utf8");
  const times: number[] = [];
  for (let load = 0; load < loads; load++) {
    const before = performance.now();
    await using _ = await start({ name: filter, wasmPath, config });
    times.push(performance.now() - before);
  }
  await using emulator = await start({ name: filter, wasmPath, config });
  const send = async (milliseconds: number): Promise<number> => {
    const [begin, cpu] = [performance.now(), process.cpuUsage()];
    let sent = 0;
    while (performance.now() - begin < milliseconds) {
      for (let left = 100; left > 0; left--) await emulator.fetch(REQUEST);
      sent += 100;
    }
    const { user, system } = process.cpuUsage(cpu);
    return (sent * 1_000_000) / (user + system);
  };
  await send(500);
  return {
    filter,
    bytes: (await stat(wasmPath)).size,
    loadMs: times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0,
    slowestLoadMs: Math.max(...times),
    requestsPerSecond: await send(seconds * 1000),
  };
}

function start(filter: FilterSpec): Promise<Emulator> {
  const routes = [{ name: "shop", match: { prefix: "/" }, cluster: "shop" }];
  return Emulator.start({
    topology: { filters: [filter], routes, workers: 1 },
    clusters: () => () => RESPONSE,
    logLevel: "warn",
  });
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seconds: { type: "string", default: "2" },
      loads: { type: "string", default: "20" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const [seconds, loads] = [Number(values.seconds), Number(values.loads)];
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if (!(seconds > 0) || !(Number.isInteger(loads) && loads > 0)) {
    console.error(`--seconds and --loads must be above 0\n\n${HELP}`);
    return 2;
  }
  await buildFilters();
  const all: Figures[] = [];
  for (const filter of FILTERS) all.push(await measure(filter, loads, seconds));
  console.log(values.json ? JSON.stringify(all, null, 2) : table(all));
  return 0;
}

function table(all: readonly Figures[]): string {
  const rows = all.map(({ filter, bytes, loadMs, slowestLoadMs, requestsPerSecond }) => [
    filter.padEnd(15),
    `${(bytes / 1000).toFixed(1)} kB`.padStart(8),
    `${loadMs.toFixed(1)} ms`.padStart(9),
    `${slowestLoadMs.toFixed(1)} ms`.padStart(9),
    Math.round(requestsPerSecond).toLocaleString("en").padStart(11),
  ]);
  return [["filter         ", "    size", "     load", "  slowest", " requests/s"], ...rows]
    .map((row) => row.join("  "))
    .join("\n");
}

process.exitCode = await main();
