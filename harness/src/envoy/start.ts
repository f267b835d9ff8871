/** Starts Envoy, whichever kind of installation there is. */
import { startNative } from "./native.ts";
import type { RunningEnvoy, StartOptions } from "./options.ts";

/**
 * Starts Envoy for a topology and waits until it accepts requests.
 *
 * Upstreams that run on this machine must listen where Envoy can reach them, see {@link upstreamBindHost}.
 *
 * @param options what to start and with which topology
 * @returns Envoy, ready; stop it, or declare it with `await using`
 * @throws {EnvoyStartError} if it does not come up: a port is taken, it refuses its configuration, time is up
 * @throws {RangeError} if the topology is contradictory, see `bootstrap`
 */
export async function startEnvoy(options: StartOptions): Promise<RunningEnvoy> {
  const { installation } = options;
  if (installation.kind === "binary") return startNative(installation, options);
  // Loaded on use: it takes about half a second, and most runs need no container.
  const { startContainer } = await import("./container.ts");
  return startContainer(installation, options);
}
