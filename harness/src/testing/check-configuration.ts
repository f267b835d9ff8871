import { inject } from "vitest";
import { PluginRefusedError } from "../emulator/index.ts";
import { type FilterVerdict, refusals, validateFilter } from "../envoy/index.ts";
import type { FilterSpec, Topology } from "../model/index.ts";
import { startEmulator } from "./start-emulator.ts";
import { topologyOf } from "./suite.ts";

/**
 * Asks `filter` on the given host whether it accepts `config`: the emulator starts it, Envoy validates a
 * bootstrap with it.
 */
export async function checkConfiguration(
  filter: string,
  config: unknown,
  kind: "emulator" | "envoy",
): Promise<FilterVerdict> {
  const topology = await topologyOf({ filters: [{ filter, config }] });
  if (kind === "emulator") return checkInEmulator(topology);
  const envoy = inject("envoy");
  if (!envoy) throw new Error("there is no Envoy to check on");
  return validateFilter(envoy, topology.filters[0] as FilterSpec);
}

async function checkInEmulator(topology: Topology): Promise<FilterVerdict> {
  try {
    await using _ = await startEmulator({ topology, clusters: () => undefined });
    return { accepted: true, errors: [] };
  } catch (error) {
    if (!(error instanceof PluginRefusedError)) throw error;
    return { accepted: false, errors: refusals(error.logs.map((line) => line.message).join("\n")) };
  }
}
