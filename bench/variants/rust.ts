/** Rust: with the published SDK, and without any as the floor where there is no WebAssembly text. */
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BUILD } from "../paths.ts";
import { compileCrate } from "../toolchains/cargo.ts";
import type { WorkloadName } from "../workloads.ts";
import { type Built, type Variant, wasmModule } from "./variant.ts";

const SOURCES = fileURLToPath(new URL("rust/", import.meta.url));

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
  const crate = join(BUILD, "rust", kind);
  await mkdir(crate, { recursive: true });
  await cp(join(SOURCES, kind), crate, { recursive: true });
  const target = join(BUILD, "rust", "target", kind, workload);
  return wasmModule(join(await compileCrate(crate, target, ["--features", workload]), "filter.wasm"));
}
