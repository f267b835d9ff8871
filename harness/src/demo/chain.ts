/** The demo chain: four filters in one Envoy, each with the configuration of its `examples/demo.json`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RouteSpec, Topology } from "../model/index.ts";
import { type BuiltFilter, WORKSPACE } from "../wasm/build.ts";

/** Filters of the chain in request order. */
export const DEMO_CHAIN = ["header-rewrite", "auth", "rate-limit", "canary"] as const;

/** Name of a filter of the chain. */
export type DemoFilter = (typeof DEMO_CHAIN)[number];

/** Upstreams of the demo; each is a cluster and a route of that name. */
export const DEMO_UPSTREAMS = ["stable", "canary"] as const;

/** `canary` marks the request with this header; the route for the canary cluster asks for it. */
export const DEMO_ROUTES: readonly RouteSpec[] = [
  { name: "canary", match: { prefix: "/", headers: { "x-canary": "canary" } }, cluster: "canary" },
  { name: "stable", match: { prefix: "/" }, cluster: "stable" },
];

/** Worker threads of the demo's Envoy; more than one, so that what is shared between them is really shared. */
const WORKERS = 2;

/** The configuration text of a filter in the demo. */
export function demoConfig(filter: DemoFilter): string {
  return readFileSync(join(WORKSPACE, "filters", filter, "examples", "demo.json"), "utf8");
}

/**
 * Puts the chain together.
 *
 * @param built modules, at least those of the chain
 */
export function demoTopology(built: readonly BuiltFilter[]): Topology {
  const filters = DEMO_CHAIN.map((name) => {
    const module = built.find((one) => one.name === name);
    if (module === undefined)
      throw new RangeError(`the demo chain needs the filter ${name}, which was not built`);
    return { name, wasmPath: module.wasmPath, config: demoConfig(name) };
  });
  return { filters, routes: DEMO_ROUTES, workers: WORKERS };
}
