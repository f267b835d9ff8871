/** Compiles crates to WebAssembly. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { run } from "./command.ts";

const TARGETS = ["wasm32-wasip1", "wasm32-unknown-unknown"] as const;

/**
 * Compiles the library of a crate. Its dependencies are fetched once; without a network those of an earlier time serve.
 *
 * @param crate its folder
 * @param targetFolder where cargo keeps what it makes
 * @param options further arguments for `cargo build`
 * @returns the folder with the modules
 * @throws {Error} with what cargo said, or why there is no WebAssembly target
 */
export async function compileCrate(
  crate: string,
  targetFolder: string,
  options: readonly string[] = [],
): Promise<string> {
  const target = await installedTarget();
  await run("cargo", ["build", "--release", "--lib", "--target", target, ...options], {
    cwd: crate,
    env: { ...process.env, CARGO_TARGET_DIR: targetFolder },
  });
  return join(targetFolder, target, "release");
}

let target: Promise<string> | undefined;

/** The first WebAssembly target that this machine's Rust can compile to; asks rustup for one when there is none. */
function installedTarget(): Promise<string> {
  target ??= (async () => {
    const usable = async (): Promise<string | undefined> => {
      const root = (await run("rustc", ["--print", "sysroot"])).trim();
      return TARGETS.find((name) => existsSync(join(root, "lib", "rustlib", name, "lib")));
    };
    const found = await usable();
    if (found) return found;
    await run("rustup", ["target", "add", TARGETS[0]]).catch((error: Error) => {
      throw new Error(`Rust has no WebAssembly target, and getting one failed: ${error.message}`);
    });
    return (await usable()) ?? TARGETS[0];
  })();
  return target;
}
