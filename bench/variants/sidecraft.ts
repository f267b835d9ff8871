/** This project's SDK: the sources are in sidecraft/, written as a filter author would. */
import { buildEntry } from "../../harness/src/wasm/build.ts";
import { type Variant, wasmModule } from "./variant.ts";

/** AssemblyScript with proxy-wasm-as-sdk. */
export const sidecraft: Variant = {
  name: "sidecraft",
  title: "AssemblyScript with this project's SDK",
  build: async (workload) =>
    wasmModule((await buildEntry(`bench/variants/sidecraft/${workload}.ts`)).wasmPath),
};
