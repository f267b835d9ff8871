/** The few things asked of the docker command line. */
import { errorCode, errorText, run, type RunOptions, type RunResult } from "../process/exec.ts";
import { NotUsable } from "./installation.ts";
import type { EnvoyCommand } from "./probe.ts";

const QUICK_MS = 30_000;
const PULL_MS = 15 * 60_000;

/**
 * Runs `docker` to its end.
 *
 * @param args arguments of the command
 * @param options limits and input; 30 s when absent
 * @throws {NotUsable} if the command is not there or does not end in time
 */
export async function docker(
  args: readonly string[],
  options: RunOptions = { timeoutMs: QUICK_MS },
): Promise<RunResult> {
  let result: RunResult;
  try {
    result = await run("docker", args, options);
  } catch (error) {
    if (errorCode(error) === "ENOENT") throw new NotUsable("skipped", "there is no docker command on PATH");
    throw new NotUsable("failed", `docker does not run: ${errorText(error)}`);
  }
  if (result.timedOut)
    throw new NotUsable("failed", `docker ${args[0]} did not end within ${options.timeoutMs} ms`);
  return result;
}

/**
 * Asks whether a Docker engine answers.
 *
 * @returns undefined if it does, else the reason and what to do, as one line
 */
export async function dockerUnavailable(env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  try {
    const result = await docker(["version", "--format", "{{.Server.Version}}"], { timeoutMs: 10_000, env });
    return result.status === 0 ? undefined : withAdvice(firstLine(result.stderr));
  } catch (error) {
    if (error instanceof NotUsable) return withAdvice(error.message);
    throw error;
  }
}

const ADVICE: readonly (readonly [pattern: RegExp, advice: string])[] = [
  [
    /permission denied/i,
    "your user may not use that socket: join the group docker (`sudo usermod -aG docker $USER`, then log in again), or set DOCKER_HOST",
  ],
  [
    /cannot connect|connection refused|no such file|ENOENT|ECONNREFUSED|ECONNRESET|EPIPE|socket hang up/i,
    "start it (Docker Desktop, or `sudo systemctl start docker`), or set DOCKER_HOST to one that runs",
  ],
  [/did not end within/, "the engine hangs: restart it"],
];

/** A complaint about the engine, with what to do about it. */
export function withAdvice(complaint: string): string {
  const advice = ADVICE.find(([pattern]) => pattern.test(complaint))?.[1];
  const bare = complaint.replace(/\. Is the docker daemon running\?$/i, "").replace(/\.$/, "");
  return advice === undefined ? complaint : `${bare}; ${advice}`;
}

/** Whether the engine has an image, without asking any registry. */
export async function hasImage(image: string, env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  const result = await docker(["image", "inspect", "--format", "{{.Id}}", image], {
    timeoutMs: QUICK_MS,
    env,
  });
  return result.status === 0;
}

/**
 * Removes a container, whatever it is doing.
 *
 * @throws {Error} if that is not done within 30 s; the message says how to do it by hand
 */
export async function removeContainer(name: string): Promise<void> {
  const byHand = `\`docker rm --force ${name}\` removes the container when the engine runs again`;
  const result = await docker(["rm", "--force", "--volumes", name]).catch((error: unknown) => {
    throw new NotUsable("failed", `${withAdvice(errorText(error))}; ${byHand}`);
  });
  if (result.status !== 0 && !result.stderr.includes("No such container"))
    throw new Error(`${withAdvice(firstLine(result.stderr))}; ${byHand}`);
}

/**
 * Pulls an image.
 *
 * @throws {NotUsable} with the engine's reason if it cannot be pulled
 */
export async function pullImage(image: string, env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const result = await docker(["pull", "--quiet", image], { timeoutMs: PULL_MS, env });
  if (result.status !== 0) throw new NotUsable("failed", `cannot pull ${image}: ${firstLine(result.stderr)}`);
}

/** The command for an image: a container without network that is removed when it ends. */
export function imageCommand(image: string, env: NodeJS.ProcessEnv = process.env): EnvoyCommand {
  return (args, timeoutMs) =>
    docker(["run", "--rm", "--pull", "never", "--network", "none", image, ...args], { timeoutMs, env });
}

/** The line of the docker command's complaint that names the cause. */
export function firstLine(text: string): string {
  return (
    text
      .split("\n")
      .find((line) => line.trim() !== "")
      ?.trim() ?? "no reason given"
  );
}
