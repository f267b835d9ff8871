import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import binaryen from "binaryen";
import { WORKSPACE } from "../../../harness/src/wasm/build.ts";
import { type ProbeOptions, probeText } from "./wat.ts";

export { hostFunctions, wasiFunctions } from "./functions.ts";

export * from "./hooks.ts";
export * from "./program.ts";
export * from "./records.ts";
export { importOf, type ProbeOptions } from "./wat.ts";

const FOLDER = join(WORKSPACE, "build", "test", "conformance");

/** Path of the module that `text` (WebAssembly text) is; its name begins with `name`. Each text is assembled once. */
export function assemble(name: string, text: string): string {
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 16);
  const path = join(FOLDER, `${name}-${digest}.wasm`);
  if (existsSync(path)) return path;
  const module = binaryen.parseText(text);
  try {
    module.setFeatures(binaryen.Features.All);
    if (!module.validate()) throw new Error(`${name}: the module is not valid`);
    mkdirSync(FOLDER, { recursive: true });
    // By rename: another test file may be about to read it.
    writeFileSync(`${path}.${process.pid}`, module.emitBinary());
    renameSync(`${path}.${process.pid}`, path);
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
