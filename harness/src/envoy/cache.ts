/** The project's own store of Envoy programs, shared by all checkouts of a user. */
import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { errorCode, errorText } from "../process/exec.ts";
import { sha256File } from "./hash.ts";
import { NotUsable } from "./installation.ts";
import { makeTempDir, type TempDir } from "../process/lifetime.ts";

/**
 * Directory of one version for one platform: `$XDG_CACHE_HOME/sidecraft/envoy/<version>/<os>-<arch>`
 * (XDG Base Directory Specification: `~/.cache` where the variable is unset, empty or relative).
 */
export function cacheDirectory(env: NodeJS.ProcessEnv, version: string, platformId: string): string {
  const configured = env["XDG_CACHE_HOME"];
  const base = configured?.startsWith("/") ? configured : join(env["HOME"] ?? homedir(), ".cache");
  return join(base, "sidecraft", "envoy", version, platformId);
}

/** Codes of system errors that say that a place is no directory of this user's, or none that can be written. */
const UNUSABLE = new Set([
  "EACCES",
  "EISDIR",
  "ELOOP",
  "ENAMETOOLONG",
  "ENOENT",
  "ENOTDIR",
  "EPERM",
  "EROFS",
]);

/** The error as one that lets the search go on, if it is about the place where the cache lies. */
function unusable(path: string, error: unknown): unknown {
  if (!UNUSABLE.has(errorCode(error) ?? "")) return error;
  return new NotUsable(
    "failed",
    `the cache ${path} cannot be used (${errorText(error)}); set XDG_CACHE_HOME to a directory that can be written`,
  );
}

/**
 * Finds a program in the cache and checks it against the hash that was stored with it.
 *
 * @param directory see {@link cacheDirectory}
 * @returns path of the program
 * @throws {NotUsable} if there is none, it cannot be read, or it is not what was stored
 */
export async function findCached(directory: string): Promise<string> {
  const path = join(directory, "envoy");
  let actual: string;
  try {
    actual = await sha256File(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") throw new NotUsable("skipped", `nothing at ${path}`);
    throw unusable(directory, error);
  }
  const expected = await storedHash(hashFile(path)).catch((error: unknown) => {
    throw unusable(directory, error);
  });
  if (expected === undefined) throw new NotUsable("failed", `${path} has no sha256 file beside it`);
  if (expected !== actual) {
    throw new NotUsable("failed", `${path} has sha256 ${actual}, but ${expected} was stored`);
  }
  return path;
}

/**
 * Puts a program into the cache, whole or not at all, also when several processes do so at once.
 *
 * @param directory see {@link cacheDirectory}
 * @param write makes the program at the path it is given; a temporary one, on the cache's file system. It is not
 *   called if the cache cannot be written, so what costs time belongs into it
 * @returns path of the program in the cache
 * @throws {NotUsable} if the cache cannot be written
 */
export async function storeInCache(
  directory: string,
  write: (path: string) => Promise<void>,
): Promise<string> {
  await using staging = await makeStaging(directory);
  const made = join(staging.path, "new");
  await mkdir(made);
  const program = join(made, "envoy");
  await write(program);
  await chmod(program, 0o755);
  await writeFile(hashFile(program), `${await sha256File(program)}  envoy\n`);

  for (let attempt = 0; ; attempt++) {
    try {
      // One rename for program and hash: whoever looks sees both or none.
      await rename(made, directory);
      return join(directory, "envoy");
    } catch (error) {
      const code = errorCode(error);
      const isTaken = code === "ENOTEMPTY" || code === "EEXIST" || code === "ENOTDIR";
      if (!isTaken || attempt === 3) throw error;
    }
    try {
      return await findCached(directory);
    } catch (error) {
      if (!(error instanceof NotUsable)) throw error;
    }
    try {
      await rename(directory, join(staging.path, `damaged-${attempt}`));
    } catch (error) {
      // Another process has just moved it away.
      if (errorCode(error) !== "ENOENT") throw error;
    }
  }
}

/** A temporary directory beside `directory`; what stands there already stays. */
async function makeStaging(directory: string): Promise<TempDir> {
  const parent = dirname(directory);
  try {
    await makeDirectories(parent);
    return await makeTempDir(`.${basename(directory)}-`, parent);
  } catch (error) {
    throw unusable(parent, error);
  }
}

/** Makes a directory and those above it. Node's own recursive mkdir never ends in a place like /proc/none. */
async function makeDirectories(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (errorCode(error) === "EEXIST") return;
    if (errorCode(error) !== "ENOENT" || dirname(path) === path) throw error;
    await makeDirectories(dirname(path));
    await mkdir(path).catch((again: unknown) => {
      // Another process may have made it meanwhile.
      if (errorCode(again) !== "EEXIST") throw again;
    });
  }
}

function hashFile(program: string): string {
  return `${program}.sha256`;
}

async function storedHash(path: string): Promise<string | undefined> {
  try {
    return /^[0-9a-f]{64}(?=\s)/.exec(await readFile(path, "utf8"))?.[0];
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
