import {
  EXPORTS,
  GLOBAL,
  GLOBALS,
  MEMORIES,
  Reader,
  type Section,
  signed,
  skipInstruction,
  unsigned,
} from "./binary.ts";
import { type FunctionBody, functionBodies } from "./functions.ts";
import { type ChangedModule, insertCode, Insertions } from "./insert.ts";
import { END, IF, LOOP, UNREACHABLE } from "./opcodes.ts";
import { appended, indexOfNew, sectionOf, text } from "./sections.ts";

/** Name of the exported global with the steps that are left. */
export const FUEL = "sidecraft:fuel";

/** call, call_indirect, their tail calls, and those by reference. */
const CALLS: ReadonlySet<number> = new Set([0x10, 0x11, 0x12, 0x13, 0x14, 0x15]);

/**
 * Gives `module` an end: every turn of a loop and every call of a function that calls others take one step from the
 * exported global {@link FUEL} (i32), and where none is left the module traps. Whatever does neither is over after as
 * many instructions as it has. The memory, if it has one of its own, never becomes larger than `maxPages`.
 *
 * Throws RangeError when `module` is none, or has instructions that are not known here.
 */
export function insertFuel(module: Uint8Array, fuel: number, maxPages: number): ChangedModule {
  const global = indexOfNew(module, GLOBAL, GLOBALS);
  // A mutable i32.
  const entry = [0x7f, 1, 0x41, ...signed(fuel), END];
  const replaced = new Map<number, Uint8Array>([
    [GLOBALS, appended(module, sectionOf(module, GLOBALS), [entry])],
    [EXPORTS, appended(module, sectionOf(module, EXPORTS), [[...text(FUEL), GLOBAL, ...unsigned(global)]])],
  ]);
  const memories = sectionOf(module, MEMORIES);
  if (memories) replaced.set(MEMORIES, limited(module, memories, maxPages));
  const bodies = functionBodies(module);
  return insertCode(module, bodies, stepsOf(module, bodies, takeStep(global)), replaced);
}

/** global = global - 1; if (global == 0) unreachable */
export function takeStep(global: number): number[] {
  const index = unsigned(global);
  const take = [0x23, ...index, 0x41, 1, 0x6b, 0x24, ...index];
  return [...take, 0x23, ...index, 0x45, IF, 0x40, UNREACHABLE, END];
}

/** `step` at every loop and at the beginning of every function that calls. */
function stepsOf(module: Uint8Array, bodies: readonly FunctionBody[], step: readonly number[]): Insertions {
  const insertions = new Insertions();
  for (const { first, to } of bodies) {
    const reader = new Reader(module, first);
    const loops: number[] = [];
    let calls = false;
    while (reader.at < to) {
      const instruction = skipInstruction(reader);
      if (instruction === LOOP) loops.push(reader.at);
      calls ||= CALLS.has(instruction);
    }
    if (calls) insertions.add(first, step);
    for (const loop of loops) insertions.add(loop, step);
  }
  return insertions;
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
