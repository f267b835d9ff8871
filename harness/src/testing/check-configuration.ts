import { inject } from "vitest";
import { Emulator, PluginRefusedError } from "../emulator/index.ts";
import { validateConfig } from "../envoy/index.ts";
import type { Topology } from "../model/index.ts";
import { bootstrap } from "../ship/index.ts";
import { topologyOf } from "./suite.ts";

/** Whether a filter accepts a configuration, and what it logged when it did not. */
export interface ConfigurationCheck {
  readonly accepted: boolean;
  readonly errors: readonly string[];
}

/**
 * Asks `filter` on the given host whether it accepts `config`: the emulator starts it, Envoy validates a
 * bootstrap with it. `errors` are the lines in which the filter said what is wrong.
 */
export async function checkConfiguration(
  filter: string,
  config: unknown,
  kind: "emulator" | "envoy",
): Promise<ConfigurationCheck> {
  const topology = await topologyOf({ filters: [{ filter, config }] });
  if (kind === "emulator") return checkInEmulator(topology);
  const envoy = inject("envoy");
  if (!envoy) throw new Error("there is no Envoy to check on");
  const unused = { host: "127.0.0.1", port: 0 };
  const clusters = topology.routes.map(({ cluster }) => ({ name: cluster, host: "127.0.0.1", port: 1 }));
  const result = await validateConfig(
    envoy,
    bootstrap(topology, { listener: unused, admin: unused, clusters }),
  );
  return result.ok ? { accepted: true, errors: [] } : { accepted: false, errors: refusalsIn(result.output) };
}

async function checkInEmulator(topology: Topology): Promise<ConfigurationCheck> {
  try {
    await using _ = await Emulator.start({ topology, clusters: () => undefined });
    return { accepted: true, errors: [] };
  } catch (error) {
    if (!(error instanceof PluginRefusedError)) throw error;
    return { accepted: false, errors: refusalsIn(error.logs.map((line) => line.message).join("\n")) };
  }
}

/** The SDK's lines about a refused configuration, without what the host puts before them. */
function refusalsIn(output: string): string[] {
  const found = output.matchAll(/configuration refused: (.*)/g);
  return [...new Set([...found].map((match) => match[1] ?? ""))];
}
