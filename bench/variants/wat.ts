/** The floor: WebAssembly text written by hand, without an SDK and without a language. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { BUILD } from "../paths.ts";
import { type Variant, wasmModule } from "./variant.ts";

interface Assembler {
  parseText(text: string): { emitBinary(): Uint8Array; validate(): number; dispose(): void };
}

/** WebAssembly text, assembled without any optimisation. */
export const wat: Variant = {
  name: "wat",
  title: "hand-written WebAssembly text: the floor",
  workloads: ["w1", "w4"],
  build: async (workload) => {
    const text = await readFile(new URL(`wat/${workload}.wat`, import.meta.url), "utf8");
    const module = (await assembler()).parseText(text);
    try {
      if (!module.validate()) throw new Error(`${workload}.wat is not valid`);
      const folder = join(BUILD, "wat");
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, `${workload}.wasm`), module.emitBinary());
      return await wasmModule(join(folder, `${workload}.wasm`));
    } finally {
      module.dispose();
    }
  },
};

/** binaryen, which comes with the AssemblyScript compiler and no declaration of its own here. */
async function assembler(): Promise<Assembler> {
  const compiler = createRequire(import.meta.url).resolve("assemblyscript/package.json");
  const path = createRequire(compiler).resolve("binaryen");
  return ((await import(pathToFileURL(path).href)) as { default: Assembler }).default;
}
