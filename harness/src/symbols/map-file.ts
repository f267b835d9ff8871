import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { CODE, sectionsOf } from "../bytecode/binary.ts";
import { functionNames } from "../bytecode/custom.ts";

/** A source map (ECMA-426) of a module: the column is the offset in the file, there is one line. */
export interface SourceMap {
  readonly version: 3;
  readonly sources: readonly string[];
  readonly sourcesContent?: readonly (string | null)[];
  readonly mappings: string;
  /** What only we put in: the standard leaves names that begin with "x_" to whoever needs them. */
  readonly x_sidecraft?: {
    /** Of the module that the map was made for, see {@link codeDigest}. */
    readonly digest: string;
    /** Where the module's code begins. */
    readonly code: number;
    /** Names of functions by index; "" where there is none. */
    readonly functions: readonly string[];
    /** What the module was built for, a target of asconfig.json. */
    readonly target: string;
  };
}

/** No source map can be had for a module; `message` says why and what to do. */
export class NoSourceMapError extends Error {
  override readonly name = "NoSourceMapError";
}

/** Where the source map of a module lies. */
export function mapFile(wasmPath: string): string {
  return `${wasmPath}.map`;
}

/**
 * A digest over what a module does. Custom sections are left out: names, signatures and schemas may come and go without
 * the map being another one.
 */
export function codeDigest(module: Uint8Array): string {
  const hash = createHash("sha256");
  for (const { id, from, to } of sectionsOf(module))
    if (id !== 0) hash.update(Uint8Array.of(id)).update(module.subarray(from, to));
  return hash.digest("hex");
}

/** Where the code section's content begins; 0 if there is none. */
export function codeStart(module: Uint8Array): number {
  return sectionsOf(module).find(({ id }) => id === CODE)?.from ?? 0;
}

/** The compiler's map of `module`, which has its names, with what finds both again when the names are gone. */
export function completeMap(map: SourceMap, module: Uint8Array, target: string): SourceMap {
  const functions: string[] = [];
  for (const [index, name] of functionNames(module)) functions[index] = name;
  const { version, sources, sourcesContent, mappings } = map;
  return {
    version,
    sources,
    ...(sourcesContent && { sourcesContent }),
    mappings,
    x_sidecraft: {
      digest: codeDigest(module),
      code: codeStart(module),
      functions: Array.from(functions, (name) => name ?? ""),
      target,
    },
  };
}

/**
 * Reads the source map beside a module.
 *
 * @param module the module's bytes
 * @throws {NoSourceMapError} if there is none, or it is that of another build
 */
export function readMapBeside(wasmPath: string, module: Uint8Array): SourceMap {
  const path = mapFile(wasmPath);
  if (!existsSync(path)) throw new NoSourceMapError(`there is no source map ${path}`);
  const map = parseMap(readFileSync(path, "utf8"), path);
  const digest = map.x_sidecraft?.digest;
  if (digest === undefined)
    throw new NoSourceMapError(`${path} does not say which module it is for: give it with --map if it fits`);
  if (digest !== codeDigest(module))
    throw new NoSourceMapError(
      `${path} is not the map of ${wasmPath}: it was made for another build; build again`,
    );
  return map;
}

/**
 * Takes the text of a source map apart.
 *
 * @param path for messages
 * @throws {NoSourceMapError} if it is none of version 3
 */
export function parseMap(text: string, path: string): SourceMap {
  let map: Partial<SourceMap> | null;
  try {
    map = JSON.parse(text) as Partial<SourceMap> | null;
  } catch {
    map = null;
  }
  const isMap = map?.version === 3 && typeof map.mappings === "string" && Array.isArray(map.sources);
  if (!isMap) throw new NoSourceMapError(`${path} is no source map of version 3`);
  return map as SourceMap;
}
