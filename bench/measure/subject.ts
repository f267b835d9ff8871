/** A variant of a workload that has passed its functional check and can be measured. */
import type { JsonObject } from "../../harness/src/ship/json.ts";
import { asker } from "../envoy/ask.ts";
import { startBenchEnvoy } from "../envoy/process.ts";
import { BASELINE, type Built, type Variant } from "../variants/index.ts";
import type { Workload } from "../workloads.ts";

/** What is measured. */
export interface Subject {
  readonly variant: Variant;
  readonly moduleBytes: number;
  /** The filter chain with `copies` filters, configured with `config`. */
  chain(copies: number, config: string): JsonObject[];
}

/** Why a variant of a workload is not measured. */
export interface Refusal {
  readonly state: "not built" | "wrong";
  readonly reason: string;
}

/** Builds `variant` and checks on a real Envoy that it does what the workload asks; never throws. */
export async function prepare(
  envoyPath: string,
  variant: Variant,
  workload: Workload,
): Promise<Subject | Refusal> {
  if (variant.name === BASELINE) return { variant, moduleBytes: 0, chain: () => [] };
  let built: Built;
  try {
    built = await variant.build(workload.name);
  } catch (error) {
    return { state: "not built", reason: message(error) };
  }
  const { bytes: moduleBytes, filter } = built;
  const chain = (copies: number, config: string): JsonObject[] =>
    Array.from({ length: copies }, (_, copy) => filter(copy, config));
  try {
    await using envoy = await startBenchEnvoy(envoyPath, chain(1, workload.checkConfig));
    await workload.check(asker(envoy.port));
  } catch (error) {
    return { state: "wrong", reason: message(error) };
  }
  return { variant, moduleBytes, chain };
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
