import type { Frame, Symbols } from "./symbols.ts";

/** A frame of a module in a stack trace of V8: `at name (wasm://wasm/0badcafe:wasm-function[4]:0x266)`. */
const GUEST_FRAME = /^ *at .*wasm-function\[\d+\]:0x([\da-f]+)\)?$/;

/**
 * The stack of a trap with the functions, files and lines of its module in place of offsets, and without the frames of
 * the host. One that has no frame of a module stays as it is.
 *
 * @param stack `stack` of an error of V8
 * @param original turns an offset in the module that ran into one in the file, where these differ
 */
export function symbolizeStack(
  stack: string,
  symbols: Symbols,
  original: (offset: number) => number = (offset) => offset,
): string {
  const lines = stack.split("\n");
  const first = lines.findIndex((line) => /^ *at /.test(line));
  const frames = lines.flatMap((line) => {
    const offset = GUEST_FRAME.exec(line)?.[1];
    return offset === undefined ? [] : [symbols.at(original(Number.parseInt(offset, 16)))];
  });
  if (frames.length === 0) return stack;
  const lack = symbols.lack === undefined ? [] : [`    (${symbols.lack})`];
  return [...lines.slice(0, first), ...frames.map((frame) => `    at ${frameText(frame)}`), ...lack].join(
    "\n",
  );
}

/** A frame in words: `Filter#onRequestHeaders (filters/a/assembly/filter.ts:12:5)`. */
export function frameText({ offset, index, function: name, place }: Frame): string {
  const what = name ?? (index === undefined ? "?" : `function ${index}`);
  const where = place ? `${place.file}:${place.line}:${place.column}` : `offset 0x${offset.toString(16)}`;
  return `${what} (${where})`;
}
