/** The project's own store of Envoy programs, shared by all checkouts of a user. */
import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { errorCode } from "../process/exec.ts";
import { sha256File } from "./hash.ts";
import { NotUsable } from "./installation.ts";
import { makeTempDir } from "../process/lifetime.ts";

/**
 * Directory of one version for one platform: `$XDG_CACHE_HOME/sidecraft/envoy/<version>/<os>-<arch>`
 * (XDG Base Directory Specification: `~/.cache` where the variable is unset, empty or relative).
 */
export function cacheDirectory(env: NodeJS.ProcessEnv, version: string, platformId: string): string {
  const configured = env["XDG_CACHE_HOME"];
  const base = configured?.startsWith("/") ? configured : join(env["HOME"] ?? homedir(), ".cache");
  return join(base, "sidecraft", "envoy", version, platformId);
}

/**
 * Finds a program in the cache and checks it against the hash that was stored with it.
 *
 * @param directory see {@link cacheDirectory}
 * @returns path of the program
 * @throws {NotUsable} if there is none, or it is not what was stored
 */
export async function findCached(directory: string): Promise<string> {
  const path = join(directory, "envoy");
  let actual: string;
  try {
    actual = await sha256File(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") throw new NotUsable("skipped", `nothing at ${path}`);
    throw error;
  }
  const expected = await storedHash(hashFile(path));
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
 * @param write makes the program at the path it is given; a temporary one, on the cache's file system
 * @returns path of the program in the cache
 */
export async function storeInCache(
  directory: string,
  write: (path: string) => Promise<void>,
): Promise<string> {
  await mkdir(dirname(directory), { recursive: true });
  await using staging = await makeTempDir(`.${basename(directory)}-`, dirname(directory));
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
      if ((code !== "ENOTEMPTY" && code !== "EEXIST") || attempt === 3) throw error;
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
