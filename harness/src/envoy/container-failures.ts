/** What can go wrong with an Envoy in a container, and what to do about it. */
import { spawnSync } from "node:child_process";
import { errorText } from "../process/exec.ts";
import { dockerUnavailable, hasImage, pullImage, withAdvice } from "./docker.ts";
import { EnvoyStartError } from "./errors.ts";
import type { EnvoyLog } from "./log.ts";

/** What the engine may need beside Envoy's own time. */
export const ENGINE_MS = 30_000;

/**
 * Sees to it that the engine answers and has the image.
 *
 * @throws {EnvoyStartError} with the reason, and what to do
 */
export async function requireImage(image: string): Promise<void> {
  const unavailable = await dockerUnavailable();
  if (unavailable !== undefined) throw EnvoyStartError.engine(`no Envoy in a container: ${unavailable}`);
  if (await hasImage(image)) return;
  await pullImage(image).catch((error: unknown) => {
    const advice =
      "pull it where there is a network, make one with `sidecraft image build envoy`, or name another in ENVOY_IMAGE";
    throw EnvoyStartError.engine(`the Docker engine has no image ${image}: ${errorText(error)}; ${advice}`, {
      cause: error,
    });
  });
}

/**
 * Bounds a promise of the engine's client, which itself waits for ever.
 *
 * @throws {Error} if time is up; else what the promise gives
 */
export async function within<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  const timer = Promise.withResolvers<never>();
  const handle = setTimeout(() => {
    timer.reject(new Error(`the Docker engine did not end within ${timeoutMs} ms what it was asked for`));
  }, timeoutMs);
  try {
    return await Promise.race([promise, timer.promise]);
  } finally {
    clearTimeout(handle);
  }
}

/** What is known of a container that did not come up. */
export interface FailedStart {
  readonly log: EnvoyLog;
  readonly config: string;
  readonly timeoutMs: number;
  /** Why the container could not be removed. */
  readonly leftOver: string | void;
}

/** From what the engine, its client or Envoy said to one error that tells what to do. */
export function startError(
  error: unknown,
  { log, config, timeoutMs, leftOver }: FailedStart,
): EnvoyStartError {
  const text = errorText(error);
  const port = /(?:port is already allocated|address already in use)/i.test(text)
    ? /:(\d+)[^:\d]*(?:failed: port is already allocated|: bind: address already in use)/i.exec(text)?.[1]
    : undefined;
  if (port !== undefined) return EnvoyStartError.portTaken(Number(port), { cause: error });
  if (leftOver !== undefined)
    return EnvoyStartError.engine(`the Docker engine went away while Envoy started (${text}): ${leftOver}`, {
      cause: error,
    });
  if (/exited during/.test(text))
    return EnvoyStartError.refused("Envoy ended while starting in its container", log.output, config);
  if (/not accessible after/.test(text)) return EnvoyStartError.timeout(timeoutMs, log.output);
  return EnvoyStartError.engine(`the container of Envoy does not start: ${withAdvice(text)}`, {
    cause: error,
  });
}

/** Removes a container while this process ends, when nothing asynchronous runs any more. */
export function removeContainerNow(name: string): void {
  const result = spawnSync("docker", ["rm", "--force", "--volumes", name], {
    encoding: "utf8",
    timeout: 20_000,
  });
  if (result.error !== undefined) throw result.error;
  if (result.status !== 0 && !result.stderr.includes("No such container"))
    throw new Error(result.stderr.trim());
}
