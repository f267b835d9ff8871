import { CODE, type Section, sectionsOf, unsigned } from "./binary.ts";
import type { FunctionBody } from "./functions.ts";
import { assemble } from "./sections.ts";

/** Room for the numbers in front of functions, which can only grow. */
const LENGTH_BYTES = 5;

/** A module with more instructions than the one it was made from. */
export interface ChangedModule {
  readonly wasm: Uint8Array<ArrayBuffer>;
  /** The offset in the given module of what stands at `offset` of this one, as stack traces name it. */
  readonly originalOffset: (offset: number) => number;
}

/** Instructions to be put in front of others. */
export class Insertions {
  /** Before which instruction each piece goes; never descending. */
  readonly offsets: number[] = [];
  readonly pieces: (Uint8Array | readonly number[])[] = [];
  length = 0;

  /** Puts `piece` before the instruction at `offset`, behind what was put there already; none may follow before it. */
  add(offset: number, piece: Uint8Array | readonly number[]): void {
    this.offsets.push(offset);
    this.pieces.push(piece);
    this.length += piece.length;
  }
}

/**
 * Writes a module with instructions put in and sections replaced.
 *
 * @param bodies the functions of `module`, all of them
 * @param replaced content of other sections than that of the code, by number
 */
export function insertCode(
  module: Uint8Array,
  bodies: readonly FunctionBody[],
  insertions: Insertions,
  replaced: Map<number, Uint8Array>,
): ChangedModule {
  const sections = sectionsOf(module);
  const code = sections.find(({ id }) => id === CODE);
  if (!code) return { wasm: assemble(module, sections, replaced), originalOffset: (offset) => offset };
  const written = writeBodies(module, code, bodies, insertions);
  const wasm = assemble(module, sections, new Map([...replaced, [CODE, written.content]]));
  const shift = sectionsOf(wasm).find(({ id }) => id === CODE)?.from ?? 0;
  return { wasm, originalOffset: (offset) => written.originalOffset(offset - shift) };
}

/** The content of the code section, and where in it what has come to stand. */
function writeBodies(
  module: Uint8Array,
  section: Section,
  bodies: readonly FunctionBody[],
  { offsets, pieces, length }: Insertions,
): { content: Uint8Array; originalOffset(offset: number): number } {
  const content = Buffer.allocUnsafe(section.to - section.from + length + (bodies.length + 1) * LENGTH_BYTES);
  // Where pieces of the given module begin: in it and in the new section, both ascending.
  const [originals, copies]: [number[], number[]] = [[], []];
  let at = 0;
  const write = (bytes: Uint8Array | readonly number[]): void => {
    content.set(bytes, at);
    at += bytes.length;
  };
  const copy = (from: number, to: number): void => {
    if (from === to) return;
    originals.push(from);
    copies.push(at);
    write(module.subarray(from, to));
  };
  write(unsigned(bodies.length));
  let next = 0;
  for (const { from, to } of bodies) {
    const first = next;
    let size = to - from;
    for (; next < offsets.length && offsets[next]! < to; next++) size += pieces[next]!.length;
    write(unsigned(size));
    let copied = from;
    for (let index = first; index < next; index++) {
      copy(copied, offsets[index]!);
      write(pieces[index]!);
      copied = offsets[index]!;
    }
    copy(copied, to);
  }
  const originalOffset = (offset: number): number => {
    let [low, high] = [0, copies.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (copies[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    const end = originals[low + 1] ?? section.to;
    // What was inserted counts as what it stands before.
    return Math.min((originals[low] ?? 0) + offset - (copies[low] ?? 0), end);
  };
  return { content: content.subarray(0, at), originalOffset };
}
