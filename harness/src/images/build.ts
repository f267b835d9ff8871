/** Makes the images of docker-compose.yml on this machine. */
import { buildEnvoyImage } from "../envoy/image.ts";
import { importImage } from "../envoy/import-image.ts";
import { dockerUnavailable, EnvoyNotFoundError, resolveEnvoy } from "../envoy/index.ts";
import { makeTempDir } from "../process/lifetime.ts";
import { ImageError, type Recipe } from "./recipe.ts";
import { identityImage, nodeImage, prometheusImage, ratelimitImage, redisImage } from "./recipes.ts";

/** The images by the name of their service or program. */
export const IMAGE_NAMES = ["envoy", "node", "identity", "ratelimit", "redis", "prometheus"] as const;
export type ImageName = (typeof IMAGE_NAMES)[number];

/** An image in the local Docker engine. */
export interface BuiltImage {
  readonly name: ImageName;
  /** The variable by which docker-compose.yml takes it. */
  readonly variable: string;
  /** Name and tag. */
  readonly image: string;
  /** False if it was there already, made of the same. */
  readonly isNew: boolean;
  readonly milliseconds: number;
}

/** What is being done. */
export interface ImageProgress {
  readonly name: ImageName;
  readonly state: "building" | "built" | "up-to-date";
  readonly image?: string;
  readonly milliseconds?: number;
}

const RECIPES: Readonly<Record<Exclude<ImageName, "envoy">, Recipe>> = {
  node: nodeImage,
  identity: identityImage,
  ratelimit: ratelimitImage,
  redis: redisImage,
  prometheus: prometheusImage,
};

/** The variable of docker-compose.yml for an image. */
export function imageVariable(name: ImageName): string {
  return `${name.toUpperCase()}_IMAGE`;
}

/**
 * Makes one image, unless the engine has it already, made of the same.
 *
 * @param name which one
 * @param onProgress called when it begins and when it has ended
 * @throws {ImageError} if it cannot be made on this machine; the message says why, and what to do
 */
export async function buildImage(
  name: ImageName,
  onProgress: (progress: ImageProgress) => void = () => undefined,
): Promise<BuiltImage> {
  const started = performance.now();
  onProgress({ name, state: "building" });
  const { image, isNew } = name === "envoy" ? await buildEnvoy() : await follow(RECIPES[name]);
  const milliseconds = Math.round(performance.now() - started);
  onProgress({ name, state: isNew ? "built" : "up-to-date", image, milliseconds });
  return { name, variable: imageVariable(name), image, isNew, milliseconds };
}

/**
 * Makes sure that images can be made here.
 *
 * @throws {ImageError} if no Docker engine answers, or programs of this machine do not run in containers
 */
export async function requireImages(): Promise<void> {
  if (process.platform !== "linux")
    throw new ImageError(
      "images are made of programs of this machine, which needs Linux: `docker compose up` pulls the official ones",
    );
  const reason = await dockerUnavailable();
  if (reason !== undefined) throw new ImageError(`no images without a Docker engine: ${reason}`);
}

async function buildEnvoy(): Promise<{ image: string; isNew: boolean }> {
  try {
    const program = await resolveEnvoy({ fetch: true, kind: "binary" });
    if (program.kind === "binary") return await buildEnvoyImage({ binary: program.path });
  } catch (error) {
    if (!(error instanceof EnvoyNotFoundError)) throw error;
    throw new ImageError(`there is no Envoy program to put into an image:\n${error.message}`);
  }
  throw new ImageError("there is no Envoy program to put into an image");
}

async function follow(recipe: Recipe): Promise<{ image: string; isNew: boolean }> {
  await using directory = await makeTempDir("sidecraft-image-");
  const { image, inputs, settings, entries } = await recipe();
  const isNew = await importImage({ image, inputs, settings, entries: () => entries(directory.path) });
  return { image, isNew };
}
