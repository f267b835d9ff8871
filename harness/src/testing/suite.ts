import { join } from "node:path";
import type { FilterSpec, RouteSpec, Topology } from "../model/index.ts";
import { WORKSPACE, productFilters } from "../wasm/build.ts";
import type { SuiteOptions } from "./host.ts";

const DEFAULT_ROUTES: readonly RouteSpec[] = [{ name: "stable", match: { prefix: "/" }, cluster: "stable" }];

/** What a host must be set up with for a suite: product filters become their built modules. */
export function topologyOf(options: SuiteOptions): Topology {
  return {
    filters: options.filters.map((under) => {
      const { filter, name, ...rest } = under;
      return { ...rest, name: name ?? filter, wasmPath: wasmPathOf(filter) } satisfies FilterSpec;
    }),
    routes: options.routes ?? DEFAULT_ROUTES,
    workers: options.workers ?? 1,
  };
}

function wasmPathOf(filter: string): string {
  if (productFilters().includes(filter)) return join(WORKSPACE, "build", "release", `${filter}.wasm`);
  if (filter.endsWith(".wasm")) return filter;
  throw new RangeError(`${filter} is neither a product filter nor the path of a .wasm file`);
}
