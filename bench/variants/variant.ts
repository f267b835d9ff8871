/** What a variant is: one way to do the workloads. */
import { stat } from "node:fs/promises";
import { httpFilter } from "../../harness/src/ship/index.ts";
import type { JsonObject } from "../../harness/src/ship/json.ts";
import type { WorkloadName } from "../workloads.ts";

/** A variant of one workload, ready to be put into Envoy. */
export interface Built {
  /** Size of the module; 0 when there is none. */
  readonly bytes: number;
  /** Entry number `copy` of the filter chain, configured with `config`. */
  filter(copy: number, config: string): JsonObject;
}

/** One way to do the workloads. */
export interface Variant {
  readonly name: string;
  /** What it is, for the reader of the report. */
  readonly title: string;
  /** The workloads that it has; all when absent. */
  readonly workloads?: readonly WorkloadName[];
  /** Makes it; throws an Error that says what is missing when it cannot be made here. */
  build(workload: WorkloadName): Promise<Built>;
}

/** The module at `wasmPath` as a variant. Every copy is a plugin of its own; all copies share one VM per worker. */
export async function wasmModule(wasmPath: string): Promise<Built> {
  const { size } = await stat(wasmPath);
  return {
    bytes: size,
    filter: (copy, config) => httpFilter({ name: `copy-${copy}`, wasmPath, config, rootId: "bench" }),
  };
}

/** A filter of Envoy itself, of type `envoy.extensions.filters.http.<type>`. */
export function nativeFilter(copy: number, type: string, config: JsonObject): JsonObject {
  const url = `type.googleapis.com/envoy.extensions.filters.http.${type}`;
  return { name: `copy-${copy}`, typed_config: { "@type": url, ...config } };
}
