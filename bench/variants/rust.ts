/** Rust: with the published SDK, and without any as the floor where there is no WebAssembly text. */
import { existsSync } from "node:fs";
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BUILD } from "../paths.ts";
import type { WorkloadName } from "../workloads.ts";
import { run } from "./command.ts";
import { type Built, type Variant, wasmModule } from "./variant.ts";

const SOURCES = fileURLToPath(new URL("rust/", import.meta.url));
const TARGETS = ["wasm32-wasip1", "wasm32-unknown-unknown"] as const;

/** proxy-wasm from crates.io. */
export const rustSdk: Variant = {
  name: "rust-sdk",
  title: "Rust with proxy-wasm from crates.io (-O3, LTO)",
  build: (workload) => build("sdk", workload),
};

/** Rust that calls the ABI itself. */
export const rustRaw: Variant = {
  name: "rust-raw",
  title: "Rust without an SDK: the floor of w2 and w3",
  workloads: ["w2", "w3"],
  build: (workload) => build("raw", workload),
};

async function build(kind: "sdk" | "raw", workload: WorkloadName): Promise<Built> {
  const target = await installedTarget();
  const crate = join(BUILD, "rust", kind);
  await mkdir(crate, { recursive: true });
  await cp(join(SOURCES, kind), crate, { recursive: true });
  // The SDK needs its dependencies once; without a network the ones of an earlier run serve.
  await run("cargo", ["build", "--release", "--lib", "--target", target, "--features", workload], {
    cwd: crate,
    env: { ...process.env, CARGO_TARGET_DIR: join(BUILD, "rust", "target", kind, workload) },
  });
  return wasmModule(join(BUILD, "rust", "target", kind, workload, target, "release", "filter.wasm"));
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
