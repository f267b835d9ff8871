// Puts the SDK's heap in the place of the compiler's memory manager and collector.

const COLLECTOR = "~lib/rt/tcms";
const MANAGER = "~lib/rt/tlsf";

/** Where the SDK's heap is. */
export const HEAP = decodeURIComponent(new URL("../runtime/heap.ts", import.meta.url).pathname);

/**
 * Replaces the runtime by `text`, the content of `HEAP`. To be called when everything is parsed and nothing
 * initialised yet.
 */
export function replaceHeap(parser, text) {
  if (text === null) throw new Error(`${HEAP} cannot be read`);
  replaceSource(parser, COLLECTOR, text);
  replaceSource(parser, MANAGER, "");
}

function replaceSource(parser, path, text) {
  const at = parser.sources.findIndex(({ internalPath }) => internalPath === path);
  if (at < 0) throw new Error("proxy-wasm-as-sdk needs the compiler option `--runtime minimal`");
  parser.donelog.delete(path);
  parser.parseFile(text, `${path}.ts`, false);
  parser.sources[at] = parser.sources.pop();
}
