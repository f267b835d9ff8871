import { basename } from "node:path";
import { unsigned } from "../bytecode/binary.ts";
import { NAMES, ONE_NAME, SOURCE_MAP, withCustomSection, withoutCustomSections } from "../bytecode/custom.ts";
import { completeMap, mapFile, parseMap } from "../symbols/map-file.ts";

/** What is written to disk of a module. */
export interface FinishedModule {
  readonly wasm: Uint8Array;
  /** Text of the source map. */
  readonly map: string;
}

/**
 * Makes of what the compiler wrote with names and a source map what is kept: of a release the bare module, which has as
 * many names as Envoy needs for printing a backtrace, all else in the map beside it.
 *
 * @param wasmPath where the module will be
 */
export function finishModule(
  compiled: Uint8Array,
  mapText: string,
  { wasmPath, target }: { readonly wasmPath: string; readonly target: string },
): FinishedModule {
  const map = JSON.stringify(completeMap(parseMap(mapText, mapFile(wasmPath)), compiled, target));
  if (target === "release") {
    const bare = withoutCustomSections(compiled, [NAMES, SOURCE_MAP]);
    return { wasm: withCustomSection(bare, NAMES, ONE_NAME), map };
  }
  // The compiler names the map after the file that it wrote.
  const url = Buffer.from(basename(mapFile(wasmPath)));
  const content = Uint8Array.from([...unsigned(url.length), ...url]);
  return {
    wasm: withCustomSection(withoutCustomSections(compiled, [SOURCE_MAP]), SOURCE_MAP, content),
    map,
  };
}
