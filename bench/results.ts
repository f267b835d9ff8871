/** What a run of the benchmark finds: the content of results.json. */
import type { WorkloadName } from "./workloads.ts";

/** A figure with its spread over the rounds. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** CPU time of one variant with one number of copies. */
export interface CpuResult {
  readonly copies: number;
  /** Microseconds of Envoy's CPU time per request. */
  readonly perRequest: Spread;
  /** The same minus the baseline of the same round, divided by the number of copies. */
  readonly perFilter: Spread;
  /** From the cheapest round of the variant and the cheapest of the baseline. */
  readonly best: number;
  /** `perFilter` of each round. */
  readonly rounds: readonly number[];
  readonly requests: number;
  /** Answers other than 200, and broken connections: 0 in a sound run. */
  readonly bad: number;
}

/** Start of an Envoy with one copy. */
export interface StartResult {
  /** Milliseconds from the start of the process to its first answer, and the same minus the baseline. */
  readonly readyMs: Spread;
  readonly readyOverMs: Spread;
  /** Resident memory after a thousand requests, in bytes, and the same minus the baseline. */
  readonly rssBytes: Spread;
  readonly rssOverBytes: Spread;
  /** Linear memories found in the process, in bytes: one for each VM. */
  readonly linearMemories: readonly number[];
}

/** Latencies in microseconds at a fixed rate, with one copy. */
export interface LatencyResult {
  readonly rate: number;
  readonly p50: Spread;
  readonly p99: Spread;
}

/** One variant of one workload. */
export interface VariantResult {
  readonly workload: WorkloadName;
  readonly variant: string;
  readonly title: string;
  readonly state: "measured" | "checked" | "not built" | "wrong";
  /** Why it was not measured. */
  readonly reason?: string;
  readonly moduleBytes: number;
  readonly cpu: readonly CpuResult[];
  readonly start?: StartResult;
  readonly latency?: LatencyResult;
}

/** Where it was measured. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly envoy: string;
  readonly node: string;
  readonly commit: string;
  /** Load average over one minute when the run began and when it ended: other programs cost precision. */
  readonly loadBefore: number;
  readonly loadAfter: number;
}

/** A whole run. */
export interface Results {
  readonly date: string;
  readonly seconds: number;
  readonly machine: Machine;
  readonly settings: {
    readonly generator: string;
    readonly connections: number;
    readonly rounds: number;
    readonly secondsPerRound: number;
    readonly starts: number;
  };
  readonly variants: readonly VariantResult[];
}

/** Median and range; all NaN for no values. */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = (sorted[Math.floor(middle - 0.5)]! + sorted[Math.floor(middle)]!) / 2;
  return { median, min: sorted[0] ?? NaN, max: sorted.at(-1) ?? NaN };
}
