// Puts the SDK's memory manager and its view of the collector into the compiler's runtime.

import { CommonFlags } from "assemblyscript";

const COLLECTOR = "~lib/rt/tcms";
const MANAGER = "~lib/rt/tlsf";

/** Where the SDK's memory manager is. */
export const MEMORY_MANAGER = decodeURIComponent(
  new URL("../runtime/memory-manager.ts", import.meta.url).pathname,
);

/**
 * Replaces the memory manager of the runtime by `text`, the content of `MEMORY_MANAGER`. To be called when everything
 * is parsed and nothing initialised yet.
 */
export function replaceMemoryManager(parser, text) {
  const at = parser.sources.findIndex(({ internalPath }) => internalPath === MANAGER);
  if (at < 0) throw new Error("proxy-wasm-as-sdk needs the compiler option `--runtime minimal`");
  if (text === null) throw new Error(`${MEMORY_MANAGER} cannot be read`);
  parser.donelog.delete(MANAGER);
  parser.parseFile(text, `${MANAGER}.ts`, false);
  parser.sources[at] = parser.sources.pop();
}

/** Lets the SDK see how many bytes the collector has in its care: it collects when enough has been allocated. */
export function exportCollectorsCount(parser) {
  const count = parser.sources
    .find(({ internalPath }) => internalPath === COLLECTOR)
    ?.statements.flatMap((statement) => statement.declarations ?? [])
    .find((declaration) => declaration.name.text === "total");
  if (!count) throw new Error("proxy-wasm-as-sdk needs the compiler option `--runtime minimal`");
  count.flags |= CommonFlags.Export;
}
