/** Modules named on the command line. */
import { resolve } from "node:path";
import { type Variant, wasmModule } from "./variant.ts";

/** The variant of `name=path.wasm`; `{w}` in the path stands for the workload. Throws RangeError for other texts. */
export function given(text: string): Variant {
  const [, name, path] = /^([\w.-]+)=(.+)$/.exec(text) ?? [];
  if (!name || !path) throw new RangeError(`--variant takes name=path.wasm, not "${text}"`);
  return {
    name,
    title: "a module named on the command line",
    build: (workload) => wasmModule(resolve(path.replaceAll("{w}", workload))),
  };
}
