/** Makes a container image from an Envoy program, for machines that cannot pull one. */
import { realpath } from "node:fs/promises";
import { basename } from "node:path";
import { tar, type TarEntry } from "../ship/index.ts";
import { docker, firstLine } from "./docker.ts";
import { errorText, run } from "../process/exec.ts";
import { sha256File } from "./hash.ts";
import { builtImageTag, type ImageInstallation } from "./installation.ts";
import { binaryCommand, probe } from "./probe.ts";

const PROGRAM = "usr/local/bin/envoy";
const IMPORT_TIMEOUT_MS = 5 * 60_000;

/** What goes into the image. */
export interface ImageRequest {
  /** Path of an Envoy program for Linux. */
  readonly binary: string;
  /** Name of the image; `sidecraft/envoy:<version>` when absent. */
  readonly tag?: string;
}

/**
 * Makes an image of the program, the shared libraries and the loader that `ldd` names, and nothing else: no shell,
 * no certificates. Its entry point is Envoy, which runs as user 65532; arguments follow as with the official image.
 *
 * The archive goes to `docker import`, which every engine has; `docker build` needs a plugin in newer clients.
 *
 * @param request what to put in
 * @returns the image, in the local Docker engine
 * @throws {NotUsable} if the program is no usable Envoy, or there is no docker command
 * @throws {Error} if its libraries cannot be listed, or the engine refuses the image
 */
export async function buildEnvoyImage(request: ImageRequest): Promise<ImageInstallation> {
  const version = await probe(binaryCommand(request.binary));
  const image = request.tag ?? builtImageTag(version);
  const directories: TarEntry[] = ["tmp/", "etc/", "etc/envoy/"].map((path) => {
    return { path, directory: true, mode: path === "tmp/" ? 0o1777 : 0o755 };
  });
  const files: TarEntry[] = [{ path: PROGRAM, file: await realpath(request.binary), mode: 0o755 }];
  for (const library of await sharedLibraries(request.binary)) {
    files.push({ path: library.replace(/^\/+/, ""), file: await realpath(library), mode: 0o755 });
  }
  const changes = [
    `ENTRYPOINT ["/${PROGRAM}"]`,
    'CMD ["-c", "/etc/envoy/envoy.yaml"]',
    "USER 65532:65532",
    "EXPOSE 9901 10000",
    `LABEL org.opencontainers.image.title=envoy org.opencontainers.image.version=${version}`,
    `LABEL sidecraft.envoy.sha256=${await sha256File(request.binary)}`,
  ];
  const args = ["import", ...changes.flatMap((change) => ["--change", change]), "-", image];
  const result = await docker(args, { timeoutMs: IMPORT_TIMEOUT_MS, input: tar([...directories, ...files]) });
  if (result.status !== 0) throw new Error(`docker import refused the image: ${firstLine(result.stderr)}`);
  return { kind: "image", image, version, source: "image" };
}

/**
 * Lists what a program is linked with, the loader included.
 *
 * @param binary path of the program
 * @returns absolute paths; none for a static program
 */
async function sharedLibraries(binary: string): Promise<string[]> {
  const result = await run("ldd", [binary], { timeoutMs: 30_000 }).catch((error: unknown) => {
    throw new Error(
      `ldd does not run, and without it the libraries of Envoy are unknown: ${errorText(error)}`,
    );
  });
  if (/not a dynamic executable|statically linked/.test(result.stdout + result.stderr)) return [];
  if (result.status !== 0) throw new Error(`ldd ${basename(binary)}: ${firstLine(result.stderr)}`);
  const missing = /^\s*(\S+) => not found/m.exec(result.stdout)?.[1];
  if (missing !== undefined)
    throw new Error(`${basename(binary)} needs ${missing}, which is not on this machine`);
  // `libm.so.6 => /lib/libm.so.6 (0x...)`, or `/lib64/ld-linux-x86-64.so.2 (0x...)`; the vDSO has no path.
  return [...result.stdout.matchAll(/^\s*(?:\S+ => )?(\/\S+) \(0x/gm)].map(([, path = ""]) => path);
}
