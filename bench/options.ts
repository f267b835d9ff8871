/** The command line of the benchmark. */
import { parseArgs } from "node:util";
import { GENERATORS, type GeneratorName } from "./load/index.ts";
import { WORKLOADS, type WorkloadName } from "./workloads.ts";

/** What to measure, and how long. */
export interface Options {
  readonly workloads: readonly WorkloadName[];
  /** Names of variants; all when absent. */
  readonly variants?: readonly string[];
  /** Modules to measure beside them, as `name=path.wasm`. */
  readonly extra: readonly string[];
  readonly rounds: number;
  /** Seconds of load per variant, number of copies and round. */
  readonly seconds: number;
  readonly copies: readonly number[];
  readonly starts: number;
  /** Requests per second for latencies; 0 leaves them out. */
  readonly rate: number;
  readonly load?: GeneratorName;
  /** Only build the variants and check what they do. */
  readonly checkOnly: boolean;
  readonly out?: string;
}

/** What `--help` prints. */
export const HELP = `CPU time that a filter costs in Envoy, per request, side by side with other ways to write it.

node bench/main.ts [options]

  --workloads w1,w4      w1 header rewrite, w2 API key, w3 token bucket, w4 pass-through (all)
  --variants a,b         none, native, wat, rust-raw, sidecraft, rust-sdk, lua, as-gcore, as-solo (all);
                         none is always measured
  --variant name=x.wasm  one module more, repeatable; {w} in the path stands for the workload
  --rounds n             rounds over all variants (8)
  --seconds s            load per variant and round, in seconds (0.5)
  --copies 1,8           copies of the filter in the chain (1,8)
  --starts n             starts per variant for time to ready and memory, 0 leaves both out (5)
  --rate n               requests per second for p50 and p99, 0 leaves them out (1000)
  --load wrk|built-in    load generator (wrk when it is installed)
  --check                only build, and check what each variant does on a real Envoy
  --out folder           where results.json and report.html go (build/bench)
  --help`;

/** Reads the command line; undefined for `--help`. Throws an Error that says what is wrong with it. */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      workloads: { type: "string", default: WORKLOADS.join() },
      variants: { type: "string" },
      variant: { type: "string", multiple: true, default: [] },
      rounds: { type: "string", default: "8" },
      seconds: { type: "string", default: "0.5" },
      copies: { type: "string", default: "1,8" },
      starts: { type: "string", default: "5" },
      rate: { type: "string", default: "1000" },
      load: { type: "string" },
      check: { type: "boolean", default: false },
      out: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  return {
    workloads: values.workloads.split(",").map((name) => oneOf("--workloads", WORKLOADS, name)),
    ...(values.variants !== undefined && { variants: values.variants.split(",") }),
    extra: values.variant,
    rounds: number("--rounds", values.rounds, 1),
    seconds: number("--seconds", values.seconds, 0.1),
    copies: values.copies.split(",").map((text) => number("--copies", text, 1)),
    starts: number("--starts", values.starts, 0),
    rate: number("--rate", values.rate, 0),
    ...(values.load !== undefined && { load: oneOf("--load", GENERATORS, values.load) }),
    checkOnly: values.check,
    ...(values.out !== undefined && { out: values.out }),
  };
}

function oneOf<T extends string>(option: string, all: readonly T[], text: string): T {
  const found = all.find((each) => each === text);
  if (found === undefined) throw new RangeError(`${option} takes ${all.join(", ")}, not "${text}"`);
  return found;
}

function number(option: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= least && value <= 100_000)) {
    throw new RangeError(`${option} takes a number from ${least} to 100000, not "${text}"`);
  }
  return option === "--seconds" ? value : Math.floor(value);
}
