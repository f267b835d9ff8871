/** The filter and configuration that a command is about. */
import { join } from "node:path";
import type { FilterSpec } from "../../model/index.ts";
import { WORKSPACE } from "../../wasm/build.ts";
import { readJsonText } from "./json-file.ts";
import { buildQuietly } from "./set-up.ts";

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
