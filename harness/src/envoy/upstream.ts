/** Where servers of the harness must listen so that Envoy reaches them. */
import { networkInterfaces } from "node:os";
import { docker } from "./docker.ts";
import type { EnvoyInstallation } from "./installation.ts";

/** Name of this machine inside a container. */
export const HARNESS_HOST = "host.docker.internal";

/**
 * Tells on which address upstream servers of the harness must listen.
 *
 * @param installation the Envoy that is to reach them
 * @returns 127.0.0.1 for a native Envoy; for a container the address of Docker's bridge if that is an interface of
 *   this machine, else 0.0.0.0 (the engine runs in a virtual machine, or does not say)
 * @throws {NotUsable} if there is no docker command
 */
export async function upstreamBindHost(installation: EnvoyInstallation): Promise<string> {
  if (installation.kind === "binary") return "127.0.0.1";
  const format = "{{range .IPAM.Config}}{{.Gateway}} {{end}}";
  const result = await docker(["network", "inspect", "--format", format, "bridge"]);
  const gateways = result.stdout.trim().split(/\s+/);
  const own = Object.values(networkInterfaces()).flatMap(
    (addresses) => addresses?.map(({ address }) => address) ?? [],
  );
  return gateways.find((gateway) => own.includes(gateway)) ?? "0.0.0.0";
}
