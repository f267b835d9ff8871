import { errorCode, run, type RunOptions } from "../process/exec.ts";
import { ImageError } from "./recipe.ts";

const LAST_LINES = 5;

/**
 * Runs a program that an image is made with.
 *
 * @param why what the program is needed for, and what to do without it
 * @returns its standard output
 * @throws {ImageError} with `why` if it is not there, with its own last words if it fails or takes too long
 */
export async function command(
  name: string,
  args: readonly string[],
  why: string,
  options: RunOptions,
): Promise<string> {
  const result = await run(name, args, options).catch((error: unknown) => {
    throw errorCode(error) === "ENOENT" ? new ImageError(`there is no ${name} on PATH: ${why}`) : error;
  });
  if (result.status === 0) return result.stdout;
  const call = [name, ...args.slice(0, 2)].join(" ");
  const words = result.stderr.trim().split("\n").slice(-LAST_LINES).join("\n  ");
  throw new ImageError(
    result.timedOut
      ? `${call} did not end within ${options.timeoutMs / 1000} s`
      : `${call} failed (status ${result.status ?? "unknown"}); ${why}\n  ${words}`,
  );
}
