/** Asks Envoy whether a filter accepts its configuration. */
import type { FilterSpec } from "../model/index.ts";
import { bootstrap } from "../ship/index.ts";
import type { EnvoyInstallation } from "./installation.ts";
import { validateConfig, type ValidationLimits } from "./validate.ts";

/** Whether a filter accepts a configuration. */
export interface FilterVerdict {
  readonly accepted: boolean;
  /** What the filter said is wrong, a line per error; what the host said if the filter said nothing. */
  readonly errors: readonly string[];
}

/** Nothing listens there, and nothing is sent: Envoy only checks. */
const NOWHERE = { host: "127.0.0.1", port: 1 };
const ANY_PORT = { host: "127.0.0.1", port: 0 };

/**
 * Lets Envoy load `filter` with its configuration (`--mode validate`), which runs the filter's own reader.
 *
 * @throws {Error} if Envoy cannot be run at all
 */
export async function validateFilter(
  installation: EnvoyInstallation,
  filter: FilterSpec,
  limits?: ValidationLimits,
): Promise<FilterVerdict> {
  const topology = {
    filters: [filter],
    routes: [{ match: { prefix: "/" }, cluster: "nowhere" }],
    workers: 1,
  };
  const clusters = [{ name: "nowhere", ...NOWHERE }];
  const result = await validateConfig(
    installation,
    bootstrap(topology, { listener: ANY_PORT, admin: ANY_PORT, clusters }),
    limits,
  );
  return result.ok ? { accepted: true, errors: [] } : { accepted: false, errors: refusals(result.output) };
}

/** The lines in which a filter refused its configuration, without what the host puts before them; else all of `output`. */
export function refusals(output: string): readonly string[] {
  const own = [...output.matchAll(/configuration refused: (.*)/g)].map(([, words]) => words ?? "");
  return [...new Set((own.length > 0 ? own : output.split("\n")).map((line) => line.trim()))];
}
