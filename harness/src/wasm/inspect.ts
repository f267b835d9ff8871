import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { exportsOf, importsOf } from "../bytecode/border.ts";
import { sectionsOf } from "../bytecode/binary.ts";
import { customSections, functionNames } from "../bytecode/custom.ts";
import { functionBodies } from "../bytecode/functions.ts";
import { mapFile, NoSourceMapError, readMapBeside } from "../symbols/map-file.ts";

/** What can be seen of a module without running it. */
export interface ModuleReport {
  readonly bytes: number;
  /** Of the file: what Envoy's `code.remote` wants. */
  readonly sha256: string;
  /** Versions of the proxy-wasm ABI that the module says it speaks. */
  readonly abi: readonly string[];
  readonly sections: readonly { readonly name: string; readonly bytes: number }[];
  readonly imports: readonly string[];
  /** Callbacks of the ABI. */
  readonly hooks: readonly string[];
  readonly otherExports: readonly string[];
  readonly functions: number;
  /** How many functions have a name. */
  readonly named: number;
  /** Whether the map beside the module is its own: "none", "fits", or why it does not. */
  readonly sourceMap: string;
}

const SECTIONS: Readonly<Record<number, string>> = {
  1: "type",
  2: "import",
  3: "function",
  4: "table",
  5: "memory",
  6: "global",
  7: "export",
  8: "start",
  9: "element",
  10: "code",
  11: "data",
  12: "data count",
  13: "tag",
};

const ABI = "proxy_abi_version_";
const HOOK = /^proxy_(on|validate)_/;

/** Looks into a module. Throws RangeError when `module` is none. */
export function inspectModule(wasmPath: string, module: Uint8Array): ModuleReport {
  const custom = new Map(customSections(module).map(({ to, name }) => [to, name]));
  const exported = exportsOf(module);
  const named = [...functionNames(module).values()].filter((name) => name !== "").length;
  return {
    bytes: module.length,
    sha256: createHash("sha256").update(module).digest("hex"),
    abi: exported.flatMap((name) =>
      name.startsWith(ABI) ? [name.slice(ABI.length).replaceAll("_", ".")] : [],
    ),
    sections: sectionsOf(module).map(({ id, from, to }) => {
      const name = id === 0 ? `custom "${custom.get(to)}"` : (SECTIONS[id] ?? `section ${id}`);
      return { name, bytes: to - from };
    }),
    imports: importsOf(module).map((entry) => `${entry.module}.${entry.name}`),
    hooks: exported.filter((name) => HOOK.test(name)),
    otherExports: exported.filter((name) => !HOOK.test(name) && !name.startsWith(ABI)),
    functions: functionBodies(module).length,
    named,
    sourceMap: sourceMapOf(wasmPath, module),
  };
}

function sourceMapOf(wasmPath: string, module: Uint8Array): string {
  if (!existsSync(mapFile(wasmPath))) return "none";
  try {
    readMapBeside(wasmPath, module);
    return "fits";
  } catch (error) {
    if (error instanceof NoSourceMapError) return error.message;
    throw error;
  }
}
