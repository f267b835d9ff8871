/** A run of the benchmark: build, check, measure. */
import { resolveEnvoy } from "../harness/src/envoy/index.ts";
import { CONNECTIONS, generator } from "./load/index.ts";
import { loadNow, machineFacts } from "./machine.ts";
import { measureCpu } from "./measure/cpu.ts";
import { measureStarts } from "./measure/start.ts";
import { prepare, type Refusal, type Subject } from "./measure/subject.ts";
import type { Options } from "./options.ts";
import type { Results, VariantResult } from "./results.ts";
import { chooseVariants, type Variant } from "./variants/index.ts";
import { workload, type Workload } from "./workloads.ts";

/** Something to tell the person who waits. */
export type Progress = (text: string) => void;

/** Runs the benchmark. A variant that cannot be built or does the wrong thing is reported, not measured. */
export async function runBenchmark(options: Options, progress: Progress): Promise<Results> {
  const started = performance.now();
  const variants = chooseVariants(options.variants, options.extra);
  const envoy = await resolveEnvoy({ fetch: true, kind: "binary" });
  if (envoy.kind !== "binary") throw new Error("the benchmark needs Envoy as a program, not as an image");
  const { name, load } = generator(options.load);
  const machine = machineFacts(envoy.version);
  progress(`Envoy ${envoy.version}; load by ${name}, ${CONNECTIONS} connections`);
  const found: VariantResult[] = [];
  for (const each of options.workloads.map(workload)) {
    const { subjects, refused } = await prepareAll(envoy.path, variants, each, progress);
    found.push(...refused);
    const plan = { ...options, envoyPath: envoy.path, workload: each, subjects, progress, load };
    const skip = options.checkOnly;
    const cpu = skip ? new Map() : await measureCpu(plan);
    const starts = skip || options.starts === 0 ? new Map() : await measureStarts(plan);
    for (const { variant, moduleBytes } of subjects) {
      found.push({
        ...identity(variant, each),
        state: skip ? "checked" : "measured",
        moduleBytes,
        cpu: cpu.get(variant.name) ?? [],
        ...starts.get(variant.name),
      });
    }
  }
  const { rounds, seconds: secondsPerRound, starts } = options;
  return {
    date: new Date().toISOString(),
    seconds: Math.round((performance.now() - started) / 1000),
    machine: { ...machine, loadAfter: loadNow() },
    settings: { generator: name, connections: CONNECTIONS, rounds, secondsPerRound, starts },
    variants: found,
  };
}

async function prepareAll(
  envoyPath: string,
  variants: readonly Variant[],
  each: Workload,
  progress: Progress,
): Promise<{ subjects: Subject[]; refused: VariantResult[] }> {
  const subjects: Subject[] = [];
  const refused: VariantResult[] = [];
  for (const variant of variants) {
    if (variant.workloads?.includes(each.name) === false) continue;
    progress(`${each.name}: building and checking ${variant.name}`);
    const result: Subject | Refusal = await prepare(envoyPath, variant, each);
    if ("chain" in result) {
      subjects.push(result);
      continue;
    }
    progress(`${each.name}: ${variant.name} ${result.state}: ${result.reason}`);
    refused.push({ ...identity(variant, each), ...result, moduleBytes: 0, cpu: [] });
  }
  return { subjects, refused };
}

function identity(variant: Variant, each: Workload): Pick<VariantResult, "workload" | "variant" | "title"> {
  return { workload: each.name, variant: variant.name, title: variant.title };
}
