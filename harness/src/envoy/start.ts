/** Starts Envoy, whichever kind of installation there is. */
import type { EnvoyInstallation } from "./installation.ts";
import { startNative } from "./native.ts";
import { obtainImage } from "./obtain-image.ts";
import type { RunningEnvoy, StartOptions } from "./options.ts";
import { resolveEnvoy } from "./resolve.ts";

/**
 * Starts Envoy for a topology and waits until it accepts requests.
 *
 * Upstreams that run on this machine must listen where Envoy can reach them, see {@link upstreamBindHost}.
 *
 * @param options what to start and with which topology
 * @returns Envoy, ready; stop it, or declare it with `await using`
 * @throws {EnvoyStartError} if it does not come up: a port is taken, it refuses its configuration, time is up, the
 *   Docker engine does not do its part
 * @throws {EnvoyNotFoundError} if no installation is given and this machine has none; nothing is downloaded for it
 * @throws {RangeError} if the topology is contradictory, see `bootstrap`
 */
export async function startEnvoy(options: StartOptions): Promise<RunningEnvoy> {
  const installation = options.installation ?? (await findInstallation(options.driver));
  if (installation.kind === "binary") return startNative(installation, options);
  // Loaded on use: it takes about half a second, and most runs need no container.
  const { startContainer } = await import("./container.ts");
  return startContainer(installation, options);
}

function findInstallation(driver: StartOptions["driver"]): Promise<EnvoyInstallation> {
  return driver === "container" ? obtainImage() : resolveEnvoy({ fetch: false, kind: "binary" });
}
