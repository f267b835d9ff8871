/** Makes a container image from an Envoy program, for machines that cannot pull one. */
import { access, constants } from "node:fs/promises";
import { sha256File } from "./hash.ts";
import { importImage } from "./import-image.ts";
import { builtImageTag, type ImageInstallation } from "./installation.ts";
import { binaryCommand, probe } from "./probe.ts";
import { BASE_DIRECTORIES, programEntries } from "./rootfs.ts";

const PROGRAM = "usr/local/bin/envoy";
/** For health checks as in docker-compose.yml, which need a shell as the official image has it. */
const SHELL = "/bin/bash";

/** What goes into the image. */
export interface ImageRequest {
  /** Path of an Envoy program for Linux. */
  readonly binary: string;
  /** Name of the image; `sidecraft/envoy:<version>` when absent. */
  readonly tag?: string;
}

/** An image of Envoy that was made here. */
export interface BuiltEnvoyImage extends ImageInstallation {
  /** False if the Docker engine had it already. */
  readonly isNew: boolean;
}

/**
 * Makes an image of the program, the shared libraries and the loader that `ldd` names, and bash where this machine has
 * it. Its entry point is Envoy, which runs as user 65532; arguments follow as with the official image. An image that
 * was made of the same program is left as it is.
 *
 * @param request what to put in
 * @returns the image, in the local Docker engine
 * @throws {NotUsable} if the program is no usable Envoy, or there is no docker command
 * @throws {Error} if its libraries cannot be listed, or the engine refuses the image
 */
export async function buildEnvoyImage(request: ImageRequest): Promise<BuiltEnvoyImage> {
  const version = await probe(binaryCommand(request.binary));
  const image = request.tag ?? builtImageTag(version);
  const hasShell = await access(SHELL, constants.X_OK).then(
    () => true,
    () => false,
  );
  const programs = [
    { path: request.binary, target: PROGRAM },
    ...(hasShell ? [{ path: SHELL, target: SHELL.slice(1) }] : []),
  ];
  const isNew = await importImage({
    image,
    inputs: await Promise.all(programs.map(({ path }) => sha256File(path))),
    settings: {
      entrypoint: [`/${PROGRAM}`],
      command: ["-c", "/etc/envoy/envoy.yaml"],
      user: "65532:65532",
      ports: [9901, 10_000],
    },
    entries: async () => [
      ...BASE_DIRECTORIES,
      { path: "etc/envoy/", directory: true },
      ...(await programEntries(programs)),
    ],
  });
  return { kind: "image", image, version, source: "image", isNew };
}
