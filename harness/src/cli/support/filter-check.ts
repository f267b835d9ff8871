/** Asks the real Envoy whether a filter accepts a configuration. */
import { join } from "node:path";
import { type EnvoyInstallation, validateConfig } from "../../envoy/index.ts";
import type { FilterSpec } from "../../model/index.ts";
import { bootstrap } from "../../ship/index.ts";
import { WORKSPACE } from "../../wasm/build.ts";
import { readJsonText } from "./json-file.ts";
import { buildQuietly } from "./set-up.ts";

/** Address that nothing is sent to: validation opens no connection. */
const NOWHERE = { host: "127.0.0.1", port: 1 } as const;

/** What Envoy and the filter say. */
export type Verdict =
  | { readonly accepted: true }
  /** `errors` are the filter's own lines, or Envoy's if the filter did not say anything. */
  | { readonly accepted: false; readonly errors: readonly string[] };

/** File with the configuration that the demo chain uses. */
export function demoConfigFile(filter: string): string {
  return join(WORKSPACE, "filters", filter, "examples", "demo.json");
}

/**
 * Builds a filter if needed and puts a configuration to it.
 *
 * @param filter name of a product filter
 * @param configFile file with the plugin configuration
 */
export async function filterWithConfig(filter: string, configFile: string): Promise<FilterSpec> {
  const config = readJsonText(configFile);
  const [built] = await buildQuietly([filter]);
  if (built === undefined) throw new Error(`the filter ${filter} was not built`);
  return { name: filter, wasmPath: built.wasmPath, config };
}

/** Lets Envoy load a filter with its configuration (`--mode validate`), which runs the filter's own reader. */
export async function checkFilter(spec: FilterSpec, installation: EnvoyInstallation): Promise<Verdict> {
  const topology = { filters: [spec], routes: [{ match: { prefix: "/" }, cluster: "nowhere" }], workers: 1 };
  const config = bootstrap(topology, {
    listener: { host: "127.0.0.1", port: 0 },
    admin: { host: "127.0.0.1", port: 0 },
    clusters: [{ name: "nowhere", ...NOWHERE }],
  });
  const result = await validateConfig(installation, config);
  return result.ok ? { accepted: true } : { accepted: false, errors: refusals(result.output) };
}

/** The filter's own words in Envoy's output; all that Envoy complained about if the filter said nothing. */
export function refusals(output: string): readonly string[] {
  const own = [...output.matchAll(/configuration refused: (.*)/g)].map(([, words]) => words ?? "");
  const lines =
    own.length > 0
      ? own
      : output.split("\n").filter((line) => /\[(warning|error|critical)\]|^error/i.test(line));
  return [...new Set(lines.map((line) => line.trim()))];
}
