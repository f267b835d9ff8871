/** The AssemblyScript SDKs that npm has, each with the compiler of its time. */
import { existsSync } from "node:fs";
import { cp, mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BUILD } from "../paths.ts";
import { run } from "./command.ts";
import { type Variant, wasmModule } from "./variant.ts";

const WASI_SHIM = "@assemblyscript/wasi-shim";

/** @gcoredev/proxy-wasm-sdk-as, a fork of Kong's SDK. */
export const asGcore: Variant = published({
  name: "as-gcore",
  title: "AssemblyScript with @gcoredev/proxy-wasm-sdk-as 1.2.3",
  packages: { "@gcoredev/proxy-wasm-sdk-as": "1.2.3", assemblyscript: "0.28.9", [WASI_SHIM]: "0.1.0" },
  compiler: ["bin/asc.js", "-O3", "--config", `node_modules/${WASI_SHIM}/asconfig.json`],
});

/** @solo-io/proxy-runtime, the oldest one. */
export const asSolo: Variant = published({
  name: "as-solo",
  title: "AssemblyScript with @solo-io/proxy-runtime 0.1.8",
  packages: { "@solo-io/proxy-runtime": "0.1.8", assemblyscript: "0.14.9" },
  compiler: ["bin/asc", "-O3"],
});

interface Recipe {
  readonly name: string;
  readonly title: string;
  readonly packages: Readonly<Record<string, string>>;
  readonly compiler: readonly [script: string, ...options: string[]];
}

/** A variant that is compiled in a folder of its own, so that its packages do not meet those of the project. */
function published({ name, title, packages, compiler: [script, ...options] }: Recipe): Variant {
  const folder = join(BUILD, name);
  const sources = fileURLToPath(new URL(`${name}/`, import.meta.url));
  let installed: Promise<unknown> | undefined;
  const install = async (): Promise<void> => {
    await mkdir(folder, { recursive: true });
    await writeFile(
      join(folder, "package.json"),
      JSON.stringify({ private: true, dependencies: packages }, null, 2),
    );
    if (Object.keys(packages).every((each) => existsSync(join(folder, "node_modules", each)))) return;
    await run("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts"], { cwd: folder });
  };
  return {
    name,
    title,
    build: async (workload) => {
      const [entry, out] = [`assembly/${workload}.ts`, `${workload}.wasm`];
      if (await isNewer(join(folder, out), join(sources, `${workload}.ts`)))
        return wasmModule(join(folder, out));
      await (installed ??= install());
      await cp(sources, join(folder, "assembly"), { recursive: true });
      const compiler = join("node_modules", "assemblyscript", script);
      const args = [compiler, entry, ...options, "--use", "abort=abort_proc_exit", "--outFile", out];
      await run(process.execPath, args, { cwd: folder });
      return wasmModule(join(folder, out));
    },
  };
}

async function isNewer(product: string, source: string): Promise<boolean> {
  return existsSync(product) && (await stat(product)).mtimeMs > (await stat(source)).mtimeMs;
}
