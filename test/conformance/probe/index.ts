import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import binaryen from "binaryen";
import { WORKSPACE } from "../../../harness/src/wasm/build.ts";
import { type ProbeOptions, probeText } from "./wat.ts";

export { hostFunctions, wasiFunctions } from "./functions.ts";

export * from "./hooks.ts";
export * from "./program.ts";
export * from "./records.ts";
export { importOf, type ProbeOptions } from "./wat.ts";

/** Path of the module that `text` (WebAssembly text) is; written below `build/test/conformance` as `name`. */
export function assemble(name: string, text: string): string {
  const module = binaryen.parseText(text);
  try {
    module.setFeatures(binaryen.Features.All);
    if (!module.validate()) throw new Error(`${name}: the module is not valid`);
    const folder = join(WORKSPACE, "build", "test", "conformance");
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${name}-${process.pid}.wasm`);
    writeFileSync(path, module.emitBinary());
    return path;
  } finally {
    module.dispose();
  }
}

/** Path of the probe module. */
export function probeModule(options: ProbeOptions = {}): string {
  const { version = "0_2_1", allocator = "malloc" } = options;
  return assemble(`probe-${version}-${allocator}`, probeText(options));
}
