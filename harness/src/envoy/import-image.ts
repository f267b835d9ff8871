/** Images made without a base image. */
import { createHash } from "node:crypto";
import { tar, type TarEntry } from "../ship/index.ts";
import { docker, firstLine } from "./docker.ts";

const IMPORT_TIMEOUT_MS = 5 * 60_000;
const QUICK_MS = 30_000;
const LABEL = "sidecraft.inputs";

/** How an image is to be run, in the words of a Dockerfile. */
export interface ImageSettings {
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly user?: string;
  readonly ports?: readonly number[];
  readonly directory?: string;
}

/** An image to make. */
export interface ImageToImport {
  /** Its name and tag. */
  readonly image: string;
  /** What it is made of, in any form: an image of that name made of the same is left as it is. */
  readonly inputs: readonly string[];
  readonly settings: ImageSettings;
  /** Collects what goes in; not called if the image is there already. */
  readonly entries: () => Promise<readonly TarEntry[]>;
}

/**
 * Makes an image of files, unless the Docker engine has it already.
 *
 * The archive goes to `docker import`, which every engine has; `docker build` needs a plugin in newer clients.
 *
 * @returns whether it was made now
 * @throws {NotUsable} if there is no docker command
 * @throws {Error} if the engine does not answer, or refuses the image
 */
export async function importImage(request: ImageToImport): Promise<boolean> {
  const { image, settings } = request;
  const digest = createHash("sha256")
    .update(JSON.stringify([settings, request.inputs]))
    .digest("hex");
  const previous = await madeBefore(image);
  if (previous?.digest === digest) return false;
  const { user, directory, ports, entrypoint, command } = settings;
  const changes = [
    ...(entrypoint ? [`ENTRYPOINT ${JSON.stringify(entrypoint)}`] : []),
    ...(command ? [`CMD ${JSON.stringify(command)}`] : []),
    ...(user !== undefined ? [`USER ${user}`] : []),
    ...(directory !== undefined ? [`WORKDIR ${directory}`] : []),
    ...(ports ? [`EXPOSE ${ports.join(" ")}`] : []),
    "ENV PATH=/usr/local/bin:/usr/bin:/bin",
    `LABEL ${LABEL}=${digest}`,
  ];
  const args = ["import", ...changes.flatMap((change) => ["--change", change]), "-", image];
  const result = await docker(args, {
    timeoutMs: IMPORT_TIMEOUT_MS,
    input: tar(await request.entries()),
  });
  if (result.status !== 0)
    throw new Error(`the Docker engine refused the image ${image}: ${firstLine(result.stderr)}`);
  // A container may still run it; then it stays, without a name.
  if (previous !== undefined) await docker(["image", "rm", previous.id], { timeoutMs: QUICK_MS });
  return true;
}

/** The image of that name, if it was made here. */
async function madeBefore(image: string): Promise<{ id: string; digest: string } | undefined> {
  const format = `{{.Id}} {{index .Config.Labels "${LABEL}"}}`;
  const result = await docker(["image", "inspect", "--format", format, image], { timeoutMs: QUICK_MS });
  const [id = "", digest = ""] = result.stdout.trim().split(" ");
  return result.status === 0 && digest !== "" ? { id, digest } : undefined;
}
