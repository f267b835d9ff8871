import { frameText } from "./stack.ts";
import type { Frame, Symbols } from "./symbols.ts";

/** A module that a backtrace may be of. */
export interface Candidate {
  /** How it is called where that is told. */
  readonly name: string;
  readonly symbols: Symbols;
}

/** What became of one backtrace of Envoy. */
export interface SymbolizedBacktrace {
  /** The module that it is of; missing if none fits, or more than one. */
  readonly candidate?: Candidate;
  /** How many modules it may be of. */
  readonly fitting: number;
  /** Innermost first; without a module only offset and index are known. */
  readonly frames: readonly Frame[];
}

/** What Envoy puts before the frames. */
export const BACKTRACE = "Proxy-Wasm plugin in-VM backtrace:";

/** A frame as Envoy 1.36 to 1.40 print it: `  0:  0x266 - name`, with the name that the module has for the function. */
const FRAME =
  /(?<before>\d+: {1,3}0x(?<offset>[\da-f]+) - )(?:unknown\(function index:(?<index>\d+)\)|(?<name>[^\n\\"]*))/g;

/** Whether there is a frame of a backtrace in `line`. */
export function hasFrame(line: string): boolean {
  return line.search(FRAME) >= 0;
}

/**
 * Has the frames of one backtrace in `text` name functions, files and lines.
 *
 * Envoy does not say which plugin trapped. A module fits if each offset is that of an instruction in the function that
 * Envoy names: with more than one frame hardly any other module does.
 *
 * @param text with the frames one below the other, or in one line with `\n` between them
 * @returns the text, as it was where no module fits or more than one; and what was found
 */
export function symbolizeBacktrace(
  text: string,
  candidates: readonly Candidate[],
): { readonly text: string; readonly backtrace: SymbolizedBacktrace } {
  const given = [...text.matchAll(FRAME)].map(({ groups = {} }) => ({
    offset: Number.parseInt(groups["offset"] ?? "", 16),
    ...(groups["index"] !== undefined && { index: Number(groups["index"]) }),
    ...(groups["name"] && { function: groups["name"].trimEnd() }),
  }));
  const fitting = candidates.filter(({ symbols }) => given.every((frame) => symbols.fits(frame)));
  const [candidate] = fitting;
  // A release and a debug build have the same code.
  const different = new Set(fitting.map(({ symbols }) => symbols.digest)).size;
  if (given.length === 0 || different !== 1 || !candidate)
    return { text, backtrace: { fitting: different, frames: given } };
  const frames = given.map(({ offset }) => candidate.symbols.at(offset));
  let next = 0;
  const symbolized = text.replace(FRAME, (whole, before: string) => {
    const frame = frames[next++];
    return frame ? before + frameText(frame) : whole;
  });
  return { text: symbolized, backtrace: { candidate, fitting: 1, frames } };
}
