import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import {
  ABI_VERSIONS,
  ENV_IMPORTS,
  guestSignature,
  GUEST_EXPORTS,
  WASI_IMPORTS,
  WASI_MODULES,
  type AbiVersion,
  type Signature,
} from "../../abi/index.ts";
import { insertFuel } from "../../bytecode/fuel.ts";
import type { Instrumentation } from "../host.ts";
import { symbolizeStack } from "../../symbols/stack.ts";
import { Symbols } from "../../symbols/symbols.ts";
import { readShape, type ModuleShape } from "./signatures.ts";
import { Wasm, type WasmModule } from "./webassembly.ts";

/** A module that Envoy 1.40 would load. */
export interface LoadedModule {
  readonly path: string;
  /** Compiled with a bound on its steps ({@link FUEL_OF_A_CALL}) and on its memory. */
  readonly module: WasmModule;
  /** The stack of a trap with functions and lines of the sources, as far as these are known. */
  readonly symbolize: (stack: string) => string;
  readonly digest: string;
  readonly version: AbiVersion;
  readonly shape: ModuleShape;
}

/** Why Envoy 1.40 does not load a module; `message` is what it logs. */
export class LoadError extends Error {
  override readonly name = "LoadError";
}

/** Pages of memory that Envoy 1.40 gives a module at most: 1 GiB. */
export const MAX_PAGES = 16384;

/**
 * Turns of loops and calls that a guest may take in one call of the host. Envoy has no such bound: there the worker is
 * lost. Even where each step is one instruction this is a tenth of a second of the worker's time.
 */
export const FUEL_OF_A_CALL = 100_000_000;

/**
 * Compiles a module and checks what Envoy 1.40 checks before it instantiates one: ABI marker, imports,
 * signatures, allocator, memory.
 * @throws LoadError if Envoy would refuse the module
 */
export async function loadModule(path: string, instrumentation?: Instrumentation): Promise<LoadedModule> {
  const bytes = await readFile(path);
  let module: WasmModule;
  try {
    module = await Wasm.compile(bytes);
  } catch (error) {
    throw new LoadError(`Failed to load Wasm bytecode: ${(error as Error).message}`);
  }
  const shape = readShape(bytes);
  const version = ABI_VERSIONS.find((candidate) => shape.exports.has(`proxy_abi_version_${candidate}`));
  if (!version) throw new LoadError("Missing or unknown Proxy-Wasm ABI version");
  checkImports(module, shape, version);
  checkExports(shape, version);
  if (shape.memory && shape.memory.minimum > MAX_PAGES) {
    throw new LoadError("Failed to create new Wasm instance: initial memory is above 1 GiB");
  }
  const digest = createHash("sha256").update(bytes).digest("hex");
  const changed = instrumentation?.prepare(path, bytes);
  const { originalOffset, ...rest } = changed
    ? await bounded(changed.wasm, await Wasm.compile(changed.wasm))
    : await bounded(bytes, module);
  let symbols: Symbols | undefined;
  const symbolize = (stack: string): string => {
    symbols ??= Symbols.asFarAsKnown(path, bytes);
    const inFile = (offset: number): number => {
      const known = originalOffset ? originalOffset(offset) : offset;
      return changed ? changed.originalOffset(known) : known;
    };
    return symbolizeStack(stack, symbols, inFile);
  };
  return { ...rest, path, symbolize, digest, version, shape };
}

/** `module` with its bounds; as it is where it has instructions that are not known here. */
async function bounded(
  bytes: Uint8Array,
  module: WasmModule,
): Promise<{ module: WasmModule; originalOffset?: (offset: number) => number }> {
  try {
    const { wasm, originalOffset } = insertFuel(bytes, FUEL_OF_A_CALL, MAX_PAGES);
    return { module: await Wasm.compile(wasm), originalOffset };
  } catch (error) {
    if (error instanceof RangeError) return { module };
    throw error;
  }
}

/** Signature that the host offers for an import, or undefined if it does not offer it. */
function offered(module: string, name: string, version: AbiVersion): Signature | undefined {
  if (module === "env") {
    const spec = ENV_IMPORTS.get(name);
    return spec && (spec.versions?.includes(version) ?? true) ? spec.signature : undefined;
  }
  return (WASI_MODULES as readonly string[]).includes(module) ? WASI_IMPORTS.get(name) : undefined;
}

function checkImports(module: WasmModule, shape: ModuleShape, version: AbiVersion): void {
  for (const { module: from, name, kind } of Wasm.Module.imports(module)) {
    if (kind === "function" || kind === "memory" || kind === "table") continue;
    throw new LoadError(`Failed to load Wasm module due to a missing import: ${from}.${name}`);
  }
  for (const { module: from, name, signature } of shape.imports) {
    const want = offered(from, name, version);
    if (want === undefined) {
      throw new LoadError(`Failed to load Wasm module due to a missing import: ${from}.${name}`);
    }
    if (want !== signature) {
      throw new LoadError(
        `Failed to load Wasm module due to an import type mismatch: ${from}.${name}, ` +
          `want: ${describe(signature)}, but host exports: ${describe(want)}`,
      );
    }
  }
}

function checkExports(shape: ModuleShape, version: AbiVersion): void {
  for (const name of GUEST_EXPORTS.keys()) {
    const want = guestSignature(name, version);
    const found = shape.exports.get(name);
    if (found !== undefined && want !== undefined && found !== want) {
      throw new LoadError(
        `Bad function signature for: ${name}, want: ${describe(want)}, but the module exports: ${describe(found)}`,
      );
    }
  }
  for (const [name, signature] of shape.exports) {
    if (signature.includes("v")) throw new LoadError(`Envoy crashes: ${name} is exported with a v128 type`);
  }
  if (!shape.exports.has("malloc") && !shape.exports.has("proxy_on_memory_allocate")) {
    throw new LoadError("Wasm module is missing malloc function.");
  }
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  i: "i32",
  I: "i64",
  f: "f32",
  F: "f64",
  v: "v128",
  r: "ref",
};

function describe(signature: Signature): string {
  const [parameters = "", results = ""] = signature.split(":");
  const list = (letters: string): string =>
    letters === "" ? "void" : Array.from(letters, (letter) => TYPE_NAMES[letter] ?? letter).join(" ");
  return `${list(parameters)} -> ${list(results)}`;
}
