/** What a program needs around it to run in a container of its own. */
import { realpath } from "node:fs/promises";
import { basename } from "node:path";
import { errorText, run } from "../process/exec.ts";
import type { TarEntry } from "../ship/index.ts";
import { firstLine } from "./docker.ts";

/** A program on this machine, and where it goes in the image. */
export interface ProgramPlace {
  readonly path: string;
  /** Without a slash at its beginning, such as `usr/local/bin/envoy`. */
  readonly target: string;
}

/** The directories that every image has. */
export const BASE_DIRECTORIES: readonly TarEntry[] = [
  { path: "tmp/", directory: true, mode: 0o1777 },
  { path: "etc/", directory: true },
];

/**
 * Puts programs together with the shared libraries and the loader that `ldd` names.
 *
 * @param programs programs for Linux on this machine's processor
 * @param libraryPath where libraries lie that are not installed
 * @returns entries of an archive, each path once
 * @throws {Error} if a library is missing, or `ldd` does not run
 */
export async function programEntries(
  programs: readonly ProgramPlace[],
  libraryPath?: string,
): Promise<TarEntry[]> {
  const files = new Map<string, string>();
  for (const { path, target } of programs) {
    files.set(target, await realpath(path));
    for (const library of await sharedLibraries(path, libraryPath)) {
      // The loader looks for what lies elsewhere here by its name.
      const place = libraryPath !== undefined && library.startsWith(libraryPath);
      files.set(
        place ? `usr/lib/${basename(library)}` : library.replace(/^\/+/, ""),
        await realpath(library),
      );
    }
  }
  return [...files].map(([path, file]) => ({ path, file, mode: 0o755 }));
}

/** Absolute paths of what a program is linked with, the loader included; none for a static program. */
async function sharedLibraries(program: string, libraryPath: string | undefined): Promise<string[]> {
  const env = { ...process.env, ...(libraryPath !== undefined && { LD_LIBRARY_PATH: libraryPath }) };
  const result = await run("ldd", [program], { timeoutMs: 30_000, env }).catch((error: unknown) => {
    throw new Error(
      `ldd does not run, and without it the libraries of a program are unknown: ${errorText(error)}`,
    );
  });
  if (/not a dynamic executable|statically linked/.test(result.stdout + result.stderr)) return [];
  if (result.status !== 0) throw new Error(`ldd ${basename(program)}: ${firstLine(result.stderr)}`);
  const missing = /^\s*(\S+) => not found/m.exec(result.stdout)?.[1];
  if (missing !== undefined)
    throw new Error(`${basename(program)} needs ${missing}, which is not on this machine`);
  // `libm.so.6 => /lib/libm.so.6 (0x...)`, or `/lib64/ld-linux-x86-64.so.2 (0x...)`; the vDSO has no path.
  return [...result.stdout.matchAll(/^\s*(?:\S+ => )?(\/\S+) \(0x/gm)].map(([, path = ""]) => path);
}
