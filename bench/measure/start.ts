/** Time to ready, memory, and latencies at a fixed rate, with one copy of the filter. */
import { linearMemories, residentBytes } from "../envoy/proc.ts";
import { startBenchEnvoy } from "../envoy/process.ts";
import { runAtRate } from "../load/built-in.ts";
import { type LatencyResult, spread, type StartResult } from "../results.ts";
import { BASELINE } from "../variants/index.ts";
import type { Workload } from "../workloads.ts";
import type { Subject } from "./subject.ts";

const WARM_UP = { seconds: 0.5, rate: 2000 } as const;

/** How to measure. */
export interface StartPlan {
  readonly envoyPath: string;
  readonly workload: Workload;
  readonly subjects: readonly Subject[];
  readonly starts: number;
  /** Requests per second for latencies; 0 for none. */
  readonly rate: number;
  readonly seconds: number;
  readonly progress: (text: string) => void;
}

interface Series {
  readonly ready: number[];
  readonly rss: number[];
  readonly p50: number[];
  readonly p99: number[];
  linear: readonly number[];
}

/** Starts every subject `starts` times in turn; the results are keyed by the variant's name. */
export async function measureStarts(
  plan: StartPlan,
): Promise<Map<string, { start: StartResult; latency?: LatencyResult }>> {
  const all = new Map<string, Series>();
  for (let round = 0; round < plan.starts; round++) {
    plan.progress(`${plan.workload.name}: start ${round + 1} of ${plan.starts} of each variant`);
    for (const subject of plan.subjects) {
      const series = all.get(subject.variant.name) ?? { ready: [], rss: [], p50: [], p99: [], linear: [] };
      all.set(subject.variant.name, series);
      await measureOne(plan, subject, series);
    }
  }
  const baseline = all.get(BASELINE)!;
  return new Map([...all].map(([name, series]) => [name, summary(series, baseline, plan.rate)]));
}

async function measureOne(plan: StartPlan, { chain }: Subject, series: Series): Promise<void> {
  const { requests, loadConfig } = plan.workload;
  await using envoy = await startBenchEnvoy(plan.envoyPath, chain(1, loadConfig));
  await runAtRate(envoy.port, requests, WARM_UP.seconds, WARM_UP.rate);
  series.ready.push(envoy.readyMs);
  series.rss.push(residentBytes(envoy.pid));
  series.linear = linearMemories(envoy.pid);
  if (plan.rate === 0) return;
  const { p50, p99 } = await runAtRate(envoy.port, requests, plan.seconds, plan.rate);
  series.p50.push(p50);
  series.p99.push(p99);
}

function summary(
  { ready, rss, p50, p99, linear }: Series,
  baseline: Series,
  rate: number,
): { start: StartResult; latency?: LatencyResult } {
  const over = (values: readonly number[], base: readonly number[]): number[] =>
    values.map((value, round) => value - base[round]!);
  const start = {
    readyMs: spread(ready),
    readyOverMs: spread(over(ready, baseline.ready)),
    rssBytes: spread(rss),
    rssOverBytes: spread(over(rss, baseline.rss)),
    linearMemories: linear,
  };
  return { start, ...(rate > 0 && { latency: { rate, p50: spread(p50), p99: spread(p99) } }) };
}
