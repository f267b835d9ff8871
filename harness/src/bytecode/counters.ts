import {
  EXPORTS,
  GLOBAL,
  GLOBALS,
  MEMORIES,
  MEMORY,
  Reader,
  signed,
  skipInstruction,
  unsigned,
} from "./binary.ts";
import { takeStep } from "./fuel.ts";
import { functionBodies } from "./functions.ts";
import { insertCode, Insertions } from "./insert.ts";
import { BLOCK, BR_IF, ELSE, END, IF, LOOP } from "./opcodes.ts";
import { appended, indexOfNew, sectionOf, text } from "./sections.ts";

/** Name of the exported memory with the counters. */
export const COUNTERS = "counters";

/** A module that counts how often each of its branches ran. */
export interface CountingModule {
  readonly wasm: Uint8Array<ArrayBuffer>;
  /**
   * For every counter the offset in the given module of the first instruction that it counts. Counter n is the u32 at
   * byte 4n of the exported memory {@link COUNTERS}.
   */
  readonly offsets: readonly number[];
}

const PAGE = 65_536;
/** A global of type i32 that can be set and begins as 0. */
const MUTABLE_ZERO = [0x7f, 1, 0x41, 0, END];

/**
 * Gives `module` a counter for the start of every function and wherever its flow can part or meet: at loops, both ways
 * of an `if`, behind a conditional branch and behind a block. With `fuel` every function call and every turn of a loop
 * takes one from the exported global `fuel`, and a module whose fuel reaches 0 traps: that finds what never ends.
 *
 * Throws RangeError when `module` is none, or has instructions that are not known here.
 */
export function insertCounters(
  module: Uint8Array,
  { fuel = false }: { readonly fuel?: boolean } = {},
): CountingModule {
  const memory = new CounterMemory(module);
  const global = indexOfNew(module, GLOBAL, GLOBALS);
  const insertions = new Insertions();
  const offsets: number[] = [];
  const insert = (offset: number, isStep: boolean): void => {
    const count = memory.count(offsets.push(offset) - 1);
    insertions.add(offset, isStep && fuel ? [...count, ...takeStep(global)] : count);
  };
  const bodies = functionBodies(module);
  for (const { first, to } of bodies) {
    const reader = new Reader(module, first);
    insert(first, true);
    const open: number[] = [];
    while (reader.at < to) {
      const code = skipInstruction(reader);
      if (code === BLOCK || code === LOOP || code === IF) open.push(code);
      const closed = code === END ? open.pop() : undefined;
      if (code === LOOP) insert(reader.at, true);
      else if (code === IF || code === ELSE || code === BR_IF || closed === BLOCK || closed === IF)
        insert(reader.at, false);
    }
  }
  const more = fuel ? [[...text("fuel"), GLOBAL, ...unsigned(global)]] : [];
  const replaced = memory.sections(offsets.length, more);
  if (fuel) replaced.set(GLOBALS, appended(module, sectionOf(module, GLOBALS), [MUTABLE_ZERO]));
  return { wasm: insertCode(module, bodies, insertions, replaced).wasm, offsets };
}

/** One more memory in a module, exported as {@link COUNTERS}: the module's own is untouched. */
export class CounterMemory {
  readonly #module: Uint8Array;
  readonly #index: number;
  /** A global for what is on the stack meanwhile; only in a module that needs it. */
  readonly #scratch: number;
  #usesScratch = false;

  constructor(module: Uint8Array) {
    this.#module = module;
    this.#index = indexOfNew(module, MEMORY, MEMORIES);
    this.#scratch = indexOfNew(module, GLOBAL, GLOBALS);
  }

  /** counters[number] = counters[number] + 1 */
  count(number: number): number[] {
    const argument = this.#argument(number);
    return [0x41, 0, 0x41, 0, 0x28, ...argument, 0x41, 1, 0x6a, 0x36, ...argument];
  }

  /**
   * Counts in counter `first + n`, where n is the number on the stack and `last` at most: what a `br_table` with `last`
   * labels and a default goes by.
   */
  countBy(first: number, last: number): number[] {
    this.#usesScratch = true;
    const argument = this.#argument(first);
    const [get, most] = [
      [0x23, ...unsigned(this.#scratch)],
      [0x41, ...signed(last)],
    ] as const;
    // 4 * (n < last ? n : last)
    const address = [...get, ...most, ...get, ...most, 0x49, 0x1b, 0x41, 2, 0x74];
    const count = [...address, ...address, 0x28, ...argument, 0x41, 1, 0x6a, 0x36, ...argument];
    return [0x24, ...unsigned(this.#scratch), ...count, ...get];
  }

  /** The sections with the memory, for that many counters, and its export beside `more`. */
  sections(counters: number, more: number[][] = []): Map<number, Uint8Array> {
    const pages = unsigned(Math.ceil((counters * 4) / PAGE));
    const own = [...text(COUNTERS), MEMORY, ...unsigned(this.#index)];
    const sections = new Map([
      [MEMORIES, appended(this.#module, sectionOf(this.#module, MEMORIES), [[0, ...pages]])],
      [EXPORTS, appended(this.#module, sectionOf(this.#module, EXPORTS), [own, ...more])],
    ]);
    const globals = sectionOf(this.#module, GLOBALS);
    if (this.#usesScratch) sections.set(GLOBALS, appended(this.#module, globals, [MUTABLE_ZERO]));
    return sections;
  }

  #argument(number: number): number[] {
    return [0x42, ...unsigned(this.#index), ...unsigned(number * 4)];
  }
}
