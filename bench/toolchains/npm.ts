/** Compiles with the AssemblyScript SDKs that npm has, each with the compiler of its time. */
import { existsSync } from "node:fs";
import { cp, mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BUILD } from "../paths.ts";
import { run } from "./command.ts";

const WASI_SHIM = "@assemblyscript/wasi-shim";

/** An SDK and what compiles with it. */
export interface PublishedSdk {
  readonly name: string;
  readonly title: string;
  readonly packages: Readonly<Record<string, string>>;
  readonly compiler: readonly [script: string, ...options: string[]];
}

/** @gcoredev/proxy-wasm-sdk-as, a fork of Kong's SDK. */
export const GCORE: PublishedSdk = {
  name: "as-gcore",
  title: "AssemblyScript with @gcoredev/proxy-wasm-sdk-as 1.2.3",
  packages: { "@gcoredev/proxy-wasm-sdk-as": "1.2.3", assemblyscript: "0.28.9", [WASI_SHIM]: "0.1.0" },
  compiler: ["bin/asc.js", "-O3", "--config", `node_modules/${WASI_SHIM}/asconfig.json`],
};

/** @solo-io/proxy-runtime, the oldest one. */
export const SOLO: PublishedSdk = {
  name: "as-solo",
  title: "AssemblyScript with @solo-io/proxy-runtime 0.1.8",
  packages: { "@solo-io/proxy-runtime": "0.1.8", assemblyscript: "0.14.9" },
  compiler: ["bin/asc", "-O3"],
};

const installations = new Map<string, Promise<void>>();

/**
 * Compiles `entry`.ts of the folder `sources`, in a folder of its own, so that the SDK's packages do not meet those of the
 * project.
 *
 * @returns the path of the module
 * @throws {Error} with what npm or the compiler said
 */
export async function compileWithSdk(sdk: PublishedSdk, sources: string, entry: string): Promise<string> {
  const folder = join(BUILD, sdk.name);
  const [source, out] = [`assembly/${entry}.ts`, `${entry}.wasm`];
  const product = join(folder, out);
  if (await isNewer(product, join(sources, `${entry}.ts`))) return product;
  const installation = installations.get(sdk.name) ?? install(sdk, folder);
  installations.set(sdk.name, installation);
  await installation;
  await cp(sources, join(folder, "assembly"), { recursive: true });
  const [script, ...options] = sdk.compiler;
  const compiler = join("node_modules", "assemblyscript", script);
  const args = [compiler, source, ...options, "--use", "abort=abort_proc_exit", "--outFile", out];
  await run(process.execPath, args, { cwd: folder });
  return product;
}

async function install({ packages }: PublishedSdk, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, "package.json"),
    JSON.stringify({ private: true, dependencies: packages }, null, 2),
  );
  if (Object.keys(packages).every((each) => existsSync(join(folder, "node_modules", each)))) return;
  await run("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts"], { cwd: folder });
}

async function isNewer(product: string, source: string): Promise<boolean> {
  return existsSync(product) && (await stat(product)).mtimeMs > (await stat(source)).mtimeMs;
}
