/** An image for tests in containers. */
import { EnvoyNotFoundError } from "./errors.ts";
import { buildEnvoyImage } from "./image.ts";
import type { ImageInstallation } from "./installation.ts";
import { resolveEnvoy } from "./resolve.ts";

/**
 * Finds an image of Envoy in the local Docker engine, or makes one of the program that this machine has; nothing is
 * pulled or downloaded.
 *
 * @returns the image
 * @throws {EnvoyNotFoundError} if there is neither
 * @throws {Error} if the program cannot be put into an image, as on a system that is no Linux
 */
export async function obtainImage(): Promise<ImageInstallation> {
  let reason: unknown;
  try {
    const found = await resolveEnvoy({ fetch: false, kind: "image" });
    if (found.kind === "image") return found;
  } catch (error) {
    if (!(error instanceof EnvoyNotFoundError)) throw error;
    reason = error;
  }
  const program = await resolveEnvoy({ fetch: false, kind: "binary" });
  if (program.kind !== "binary") throw reason;
  return buildEnvoyImage({ binary: program.path });
}
