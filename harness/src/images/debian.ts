/** Programs out of Debian packages, which need not be installed. */
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { programEntries, type ProgramPlace } from "../envoy/rootfs.ts";
import type { TarEntry } from "../ship/index.ts";
import { command } from "./command.ts";
import { ImageError } from "./recipe.ts";

const QUICK_MS = 60_000;
const DOWNLOAD_MS = 10 * 60_000;

/** A package as apt would install it, with what it needs and this machine does not have. */
export interface DebianPackage {
  /** Version of the packaged program, without Debian's own part. */
  readonly version: string;
  /** Names with versions, such as `redis-server=5:7.0.15-1~deb12u10`. */
  readonly packages: readonly string[];
}

const WHY =
  "the programs come from Debian packages. On Debian or Ubuntu `apt-get update` (as root) may help; elsewhere pull the official image";

/**
 * Asks apt for a package.
 *
 * @param names the packages that the programs are in; the first one's version counts
 * @throws {ImageError} if this is no Debian, or its lists do not have the package
 */
export async function debianPackage(...names: readonly [string, ...string[]]): Promise<DebianPackage> {
  const args = ["install", "--simulate", "--no-install-recommends", "--reinstall", ...names];
  const plan = await command("apt-get", args, WHY, { timeoutMs: QUICK_MS });
  const packages = new Map(
    [...plan.matchAll(/^Inst (\S+)(?: \[\S+\])? \((\S+)/gm)].map(([, name = "", version = ""]) => [
      name,
      version,
    ]),
  );
  const version = /^(?:\d+:)?(\d[\d.]*)/.exec(packages.get(names[0]) ?? "")?.[1];
  if (version === undefined) throw new ImageError(`apt-get would install no ${names[0]}: ${WHY}`);
  return { version, packages: [...packages].map(([name, full]) => `${name}=${full}`) };
}

/**
 * Downloads packages and takes programs out of them.
 *
 * @param packages from {@link debianPackage}
 * @param programs where they lie in the packages (`path`) and in the image (`target`)
 * @param directory an empty directory for what is unpacked
 */
export async function unpackPrograms(
  { packages }: DebianPackage,
  programs: readonly ProgramPlace[],
  directory: string,
): Promise<TarEntry[]> {
  await command("apt-get", ["download", ...packages], WHY, { timeoutMs: DOWNLOAD_MS, cwd: directory });
  const root = join(directory, "root");
  await mkdir(root);
  for (const file of await readdir(directory)) {
    if (!file.endsWith(".deb")) continue;
    await command("dpkg-deb", ["--extract", join(directory, file), root], WHY, { timeoutMs: QUICK_MS });
  }
  return programEntries(
    programs.map(({ path, target }) => ({ path: join(root, path), target })),
    await libraryDirectory(root),
  );
}

/** Where Debian puts libraries: a directory named after processor and system. */
async function libraryDirectory(root: string): Promise<string> {
  const names = await readdir(join(root, "usr/lib")).catch(() => []);
  return join(root, "usr/lib", names.find((name) => name.includes("-linux-gnu")) ?? "");
}
