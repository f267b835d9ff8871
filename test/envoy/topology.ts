import type { Topology } from "../../harness/src/model/index.ts";

/** A topology with one filter and one route to the cluster `up`. */
export function topologyWith(wasmPath: string, config: unknown = "hi"): Topology {
  return {
    filters: [{ name: "probe", wasmPath, config }],
    routes: [{ match: { prefix: "/" }, cluster: "up" }],
    workers: 2,
  };
}
