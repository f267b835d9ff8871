/** The modules that do the job of `job.ts`, one for each way in which modules for Envoy are made. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { compileCrate } from "../../bench/toolchains/cargo.ts";
import { run } from "../../bench/toolchains/command.ts";
import { compileWithSdk, GCORE, SOLO } from "../../bench/toolchains/npm.ts";
import { WORKSPACE } from "../../harness/src/wasm/build.ts";
import type { Part } from "./job.ts";

const SOURCES = import.meta.dirname;
const BUILD = join(WORKSPACE, "build", "test", "languages");

/** One module, and what is special about it. */
export interface ForeignModule {
  readonly name: string;
  /** The program without which it cannot be compiled. */
  readonly needs: string;
  /** Compiles it; returns its path. */
  readonly compile: () => Promise<string>;
  /** What an SDK of its kind makes: the version, how it is started, what gives memory, where WASI comes from. */
  readonly abi: string;
  readonly start: "_initialize" | "_start" | "none";
  readonly allocator: "malloc" | "proxy_on_memory_allocate";
  readonly wasi: "wasi_unstable" | "wasi_snapshot_preview1" | "none";
  /** Parts of the job that its SDK has no means for. */
  readonly lacks?: readonly Part[];
}

const CLANG = [
  "--target=wasm32-wasi",
  "-O2",
  "-Wall",
  "-Werror",
  "-fno-exceptions",
  "-fno-rtti",
  "-nostdlib++",
];

/** With Debian's clang, lld and wasi-libc. */
async function compileCpp(name: string, ...options: readonly string[]): Promise<string> {
  await mkdir(BUILD, { recursive: true });
  const out = join(BUILD, `${name}.wasm`);
  const linker = ["-Wl,--strip-all", "-Wl,--export=malloc"];
  await run("clang++", [...CLANG, ...linker, ...options, join(SOURCES, "cpp", "job.cc"), "-o", out]);
  return out;
}

async function compileGo(): Promise<string> {
  await mkdir(BUILD, { recursive: true });
  const out = join(BUILD, "go.wasm");
  await run("go", ["build", "-buildmode=c-shared", "-buildvcs=false", "-ldflags=-s -w", "-o", out, "."], {
    cwd: join(SOURCES, "go"),
    env: { ...process.env, GOOS: "wasip1", GOARCH: "wasm", GOFLAGS: "" },
  });
  return out;
}

const PREVIEW1 = "wasi_snapshot_preview1";

/** All of them. */
export const MODULES: readonly ForeignModule[] = [
  {
    name: "Rust, proxy-wasm 0.2.5",
    needs: "cargo",
    compile: async () =>
      join(await compileCrate(join(SOURCES, "rust"), join(BUILD, "rust"), ["--locked"]), "job.wasm"),
    abi: "0_2_1",
    start: "_initialize",
    allocator: "proxy_on_memory_allocate",
    wasi: PREVIEW1,
  },
  {
    name: "Go, a reactor",
    needs: "go",
    compile: compileGo,
    abi: "0_2_1",
    start: "_initialize",
    allocator: "proxy_on_memory_allocate",
    wasi: PREVIEW1,
  },
  {
    // TinyGo's modules have this shape too.
    name: "C++, a command",
    needs: "clang++",
    compile: () => compileCpp("cpp-command"),
    abi: "0_2_1",
    start: "_start",
    allocator: "malloc",
    wasi: PREVIEW1,
  },
  {
    name: "C++, a reactor with main",
    needs: "clang++",
    compile: () => compileCpp("cpp-reactor", "-mexec-model=reactor", "-Wl,--export=__main_void"),
    abi: "0_2_1",
    start: "_initialize",
    allocator: "malloc",
    wasi: PREVIEW1,
  },
  {
    name: "C++ of ABI 0.1.0 with WASI unstable",
    needs: "clang++",
    compile: () => compileCpp("cpp-old", "-nostartfiles", "-Wl,--no-entry", "-DABI_0_1_0", "-DWASI_UNSTABLE"),
    abi: "0_1_0",
    start: "_start",
    allocator: "malloc",
    wasi: "wasi_unstable",
  },
  {
    name: "AssemblyScript, @gcoredev/proxy-wasm-sdk-as 1.2.3",
    needs: "npm",
    compile: () => compileWithSdk(GCORE, join(SOURCES, "assembly", "as-gcore"), "job"),
    abi: "0_2_1",
    start: "_start",
    allocator: "malloc",
    wasi: PREVIEW1,
  },
  {
    name: "AssemblyScript, @solo-io/proxy-runtime 0.1.8",
    needs: "npm",
    compile: () => compileWithSdk(SOLO, join(SOURCES, "assembly", "as-solo"), "job"),
    abi: "0_2_0",
    start: "none",
    allocator: "malloc",
    wasi: "wasi_unstable",
    lacks: ["configuration", "body", "shared data"],
  },
];

/** Why `program` cannot be used here; undefined if it can. */
export async function whyNot(program: string): Promise<string | undefined> {
  return await run(program, [program === "go" ? "version" : "--version"]).then(
    () => undefined,
    (error: Error) => error.message,
  );
}
