import {
  CODE,
  EXPORTS,
  GLOBAL,
  GLOBALS,
  IMPORTS,
  MEMORIES,
  Reader,
  type Section,
  countImports,
  sectionsOf,
  skipInstruction,
  unsigned,
} from "./binary.ts";
import { appended, assemble, text } from "./sections.ts";

/** Name of the exported global with the steps that are left. */
export const FUEL = "sidecraft:fuel";

/** A module that cannot run for ever. */
export interface BoundedModule {
  readonly wasm: Uint8Array<ArrayBuffer>;
  /** The offset in the given module of what stands at `offset` of this one, as stack traces name it. */
  readonly originalOffset: (offset: number) => number;
}

const LOOP = 0x03;
const END = 0x0b;
/** call, call_indirect, their tail calls, and those by reference. */
const CALLS: ReadonlySet<number> = new Set([0x10, 0x11, 0x12, 0x13, 0x14, 0x15]);
/** Room for the numbers in front of functions, which can only grow. */
const LENGTH_BYTES = 5;

/**
 * Gives `module` an end: every turn of a loop and every call of a function that calls others take one step from the
 * exported global {@link FUEL} (i32), and where none is left the module traps. Whatever does neither is over after as
 * many instructions as it has. The memory, if it has one of its own, never becomes larger than `maxPages`.
 *
 * Throws RangeError when `module` is none, or has instructions that are not known here.
 */
export function insertFuel(module: Uint8Array, fuel: number, maxPages: number): BoundedModule {
  const sections = sectionsOf(module);
  const find = (id: number): Section | undefined => sections.find((section) => section.id === id);
  const globals = find(GLOBALS);
  const global =
    countImports(module, find(IMPORTS), GLOBAL) + (globals ? new Reader(module, globals.from).unsigned() : 0);
  const code = find(CODE);
  const bodies = writeBodies(module, code, takeStep(global));
  // A mutable i32.
  const entry = [0x7f, 1, 0x41, ...signed(fuel), END];
  const replaced = new Map<number, Uint8Array>([
    [GLOBALS, appended(module, globals, [entry])],
    [EXPORTS, appended(module, find(EXPORTS), [[...text(FUEL), GLOBAL, ...unsigned(global)]])],
    [CODE, bodies.content],
  ]);
  const memories = find(MEMORIES);
  if (memories) replaced.set(MEMORIES, limited(module, memories, maxPages));
  const wasm = assemble(module, sections, replaced);
  const shift = code ? sectionsOf(wasm).find(({ id }) => id === CODE)!.from : 0;
  return { wasm, originalOffset: (offset) => bodies.originalOffset(offset - shift) };
}

/** fuel = fuel - 1; if (fuel == 0) unreachable */
function takeStep(global: number): Uint8Array {
  const index = unsigned(global);
  const take = [0x23, ...index, 0x41, 1, 0x6b, 0x24, ...index];
  return Uint8Array.from([...take, 0x23, ...index, 0x45, 0x04, 0x40, 0x00, END]);
}

interface Bodies {
  readonly content: Uint8Array;
  originalOffset(offset: number): number;
}

/** The code section with `step` in front of what takes one. */
function writeBodies(module: Uint8Array, section: Section | undefined, step: Uint8Array): Bodies {
  if (!section) return { content: Uint8Array.of(0), originalOffset: (offset) => offset };
  const places = findPlaces(module, section);
  const room =
    section.to - section.from + places.count * step.length + places.functions.length * LENGTH_BYTES;
  const content = Buffer.allocUnsafe(room);
  // Where pieces of the given module begin: in it and in the new section, both ascending.
  const [originals, copies]: [number[], number[]] = [[], []];
  let at = 0;
  const write = (bytes: Uint8Array | number[]): void => {
    content.set(bytes, at);
    at += bytes.length;
  };
  const copy = (from: number, to: number): void => {
    originals.push(from);
    copies.push(at);
    write(module.subarray(from, to));
  };
  write(unsigned(places.functions.length));
  for (const { from, to, steps } of places.functions) {
    write(unsigned(to - from + steps.length * step.length));
    let copied = from;
    for (const place of steps) {
      copy(copied, place);
      write(step);
      copied = place;
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
    const next = originals[low + 1] ?? section.to;
    // What was inserted counts as what it stands before.
    return Math.min(originals[low]! + offset - copies[low]!, next);
  };
  return { content: content.subarray(0, at), originalOffset };
}

interface FunctionBody {
  readonly from: number;
  readonly to: number;
  /** Before which instructions a step is taken. */
  readonly steps: readonly number[];
}

function findPlaces(module: Uint8Array, section: Section): { functions: FunctionBody[]; count: number } {
  const reader = new Reader(module, section.from);
  const functions: FunctionBody[] = [];
  let count = 0;
  for (let left = reader.unsigned(); left > 0; left--) {
    const length = reader.unsigned();
    const [from, to] = [reader.at, reader.at + length];
    for (let groups = reader.unsigned(); groups > 0; groups--) reader.skipNumbers(2);
    const first = reader.at;
    const steps: number[] = [];
    let calls = false;
    while (reader.at < to) {
      const instruction = skipInstruction(reader);
      if (instruction === LOOP) steps.push(reader.at);
      calls ||= CALLS.has(instruction);
    }
    if (calls) steps.unshift(first);
    count += steps.length;
    functions.push({ from, to, steps });
  }
  return { functions, count };
}

/** The memory section with no maximum above `pages`; 64-bit memories are left as they are. */
function limited(module: Uint8Array, section: Section, pages: number): Uint8Array {
  const reader = new Reader(module, section.from);
  const entries: number[] = [];
  const count = reader.unsigned();
  for (let left = count; left > 0; left--) {
    const flags = reader.byte();
    if (flags > 3) return module.subarray(section.from, section.to);
    const minimum = reader.unsigned();
    const maximum = (flags & 1) === 1 ? reader.unsigned() : pages;
    entries.push(flags | 1, ...unsigned(minimum), ...unsigned(Math.max(minimum, Math.min(maximum, pages))));
  }
  return Uint8Array.from([...unsigned(count), ...entries]);
}

/** `value`, not negative, as signed LEB128. */
function signed(value: number): number[] {
  const bytes = unsigned(value);
  const last = bytes.length - 1;
  if (bytes[last]! < 64) return bytes;
  bytes[last]! |= 128;
  return [...bytes, 0];
}
