import type { FilterSpec, RouteSpec, Topology } from "../model/index.ts";
import { buildEntry, productFilters, wasmFile } from "../wasm/build.ts";
import { targetUnderTest } from "./coverage.ts";
import type { FilterUnderTest, SuiteOptions } from "./host.ts";
import { type Sleep, Upstreams } from "./upstreams.ts";

const DEFAULT_ROUTES: readonly RouteSpec[] = [{ name: "stable", match: { prefix: "/" }, cluster: "stable" }];

/** What a host must be set up with for a suite: filters become modules, compiled here if given as source. */
export async function topologyOf(options: SuiteOptions): Promise<Topology> {
  return {
    filters: await Promise.all(options.filters.map(filterSpec)),
    ...(options.networkFilters && {
      networkFilters: await Promise.all(options.networkFilters.map(filterSpec)),
    }),
    ...(options.statSinks && { statSinks: await Promise.all(options.statSinks.map(filterSpec)) }),
    ...(options.statsFlushInterval !== undefined && { statsFlushInterval: options.statsFlushInterval }),
    routes: options.routes ?? DEFAULT_ROUTES,
    ...(options.dynamicMetadata && { dynamicMetadata: options.dynamicMetadata }),
    ...(options.node && { node: options.node }),
    workers: options.workers ?? 1,
  };
}

/** The doubles behind the clusters of a suite, but for those that nobody reaches. */
export function upstreamsOf(options: SuiteOptions, { routes }: Topology, sleep: Sleep): Upstreams {
  const { clusters = [], grpc = [], unreachable = [] } = options;
  const reachable = (names: readonly string[]): string[] =>
    names.filter((name) => !unreachable.includes(name));
  return new Upstreams(
    reachable(routes.map((route) => route.cluster)),
    reachable([...clusters, ...grpc]),
    sleep,
  );
}

async function filterSpec({ filter, name, ...rest }: FilterUnderTest): Promise<FilterSpec> {
  if (productFilters().includes(filter))
    return { ...rest, name: name ?? filter, wasmPath: wasmFile(filter, targetUnderTest) };
  if (filter.endsWith(".wasm")) return { ...rest, name: name ?? filter, wasmPath: filter };
  if (!filter.endsWith(".ts")) {
    throw new RangeError(`${filter} is no product filter; expected one, or the path of a .ts or .wasm file`);
  }
  const built = await buildEntry(filter, { target: targetUnderTest });
  return { ...rest, name: name ?? built.name, wasmPath: built.wasmPath };
}
