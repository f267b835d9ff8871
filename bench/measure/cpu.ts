/** CPU time of Envoy per request, in rounds over all variants. */
import { setTimeout as sleep } from "node:timers/promises";
import { cpuNanoseconds } from "../envoy/proc.ts";
import { type BenchEnvoy, startBenchEnvoy } from "../envoy/process.ts";
import type { Load } from "../load/index.ts";
import { type CpuResult, spread } from "../results.ts";
import { BASELINE } from "../variants/index.ts";
import type { Workload } from "../workloads.ts";
import type { Subject } from "./subject.ts";

const WARM_UP_SECONDS = 0.3;

interface Runner {
  readonly name: string;
  readonly copies: number;
  readonly envoy: BenchEnvoy;
  readonly perRequest: number[];
  readonly perFilter: number[];
  requests: number;
  bad: number;
}

/** How to measure. */
export interface CpuPlan {
  readonly envoyPath: string;
  readonly workload: Workload;
  /** The baseline is one of them. */
  readonly subjects: readonly Subject[];
  readonly copies: readonly number[];
  readonly rounds: number;
  readonly seconds: number;
  readonly load: Load;
  readonly progress: (text: string) => void;
}

/** Measures every subject with every number of copies; the results are keyed by the variant's name. */
export async function measureCpu(plan: CpuPlan): Promise<Map<string, CpuResult[]>> {
  await using stack = new AsyncDisposableStack();
  const { workload, subjects, progress } = plan;
  progress(`${workload.name}: starting ${subjects.length * plan.copies.length} Envoys`);
  const groups: Runner[][] = [];
  for (const copies of plan.copies) {
    const group: Runner[] = [];
    for (const { variant, chain } of subjects) {
      const envoy = stack.use(await startBenchEnvoy(plan.envoyPath, chain(copies, workload.loadConfig)));
      await plan.load(envoy.port, workload.requests, WARM_UP_SECONDS);
      group.push({ name: variant.name, copies, envoy, perRequest: [], perFilter: [], requests: 0, bad: 0 });
    }
    groups.push(group);
  }
  for (let round = 0; round < plan.rounds; round++) {
    progress(`${workload.name}: round ${round + 1} of ${plan.rounds}`);
    // Another first one in every round, so that none always follows the same neighbour's caches.
    for (const group of groups) await measureRound(plan, rotated(group, round));
  }
  const results = new Map<string, CpuResult[]>();
  for (const group of groups) {
    const baseline = group.find(({ name }) => name === BASELINE);
    for (const runner of group) {
      results.set(runner.name, [...(results.get(runner.name) ?? []), summary(runner, baseline)]);
    }
  }
  return results;
}

function summary(runner: Runner, baseline: Runner | undefined): CpuResult {
  const { copies, perRequest, perFilter, requests, bad } = runner;
  return {
    copies,
    perRequest: spread(perRequest),
    perFilter: spread(perFilter),
    best: (Math.min(...perRequest) - Math.min(...(baseline?.perRequest ?? []))) / copies,
    rounds: perFilter,
    requests,
    bad,
  };
}

async function measureRound({ load, workload, seconds }: CpuPlan, group: readonly Runner[]): Promise<void> {
  for (const runner of group) {
    const before = cpuNanoseconds(runner.envoy.pid);
    const { requests, bad } = await load(runner.envoy.port, workload.requests, seconds);
    // The kernel books the time of a thread when it goes to sleep.
    await sleep(5);
    if (requests === 0) throw new Error(`${runner.name}: no request was answered\n${runner.envoy.output()}`);
    runner.perRequest.push((cpuNanoseconds(runner.envoy.pid) - before) / requests / 1000);
    runner.requests += requests;
    runner.bad += bad;
  }
  const baseline = group.find(({ name }) => name === BASELINE)?.perRequest.at(-1) ?? NaN;
  for (const { perFilter, perRequest, copies } of group) {
    perFilter.push((perRequest.at(-1)! - baseline) / copies);
  }
}

function rotated<T>(list: readonly T[], by: number): T[] {
  const start = by % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
}
