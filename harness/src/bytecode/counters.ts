import {
  CODE,
  EXPORTS,
  GLOBAL,
  GLOBALS,
  IMPORTS,
  MEMORIES,
  MEMORY,
  Reader,
  type Section,
  countImports,
  sectionsOf,
  skipInstruction,
  unsigned,
} from "./binary.ts";
import { appended, assemble, text } from "./sections.ts";

/** A module that counts how often each of its branches ran. */
export interface CountingModule {
  readonly wasm: Uint8Array<ArrayBuffer>;
  /**
   * For every counter the offset in the given module of the first instruction that it counts: with a source map, its
   * line. Counter n is the u32 at byte 4n of the exported memory `counters`.
   */
  readonly offsets: readonly number[];
}

const PAGE = 65_536;

const BLOCK = 0x02;
const LOOP = 0x03;
const IF = 0x04;
const ELSE = 0x05;
const END = 0x0b;
const BR_IF = 0x0d;

/**
 * Gives `module` a counter for the start of every function and wherever its flow can part or meet: at loops, both ways
 * of an `if`, behind a conditional branch and behind a block. They lie in a second memory, exported as `counters`, so
 * the module's own is untouched. With `fuel` every function call and every turn of a loop takes one from the exported
 * global `fuel`, and a module whose fuel reaches 0 traps: that finds what never ends.
 *
 * Throws RangeError when `module` is none, or has instructions that are not known here.
 */
export function insertCounters(
  module: Uint8Array,
  { fuel = false }: { readonly fuel?: boolean } = {},
): CountingModule {
  const sections = sectionsOf(module);
  const find = (id: number): Section | undefined => sections.find((section) => section.id === id);
  const indexOfNew = (kind: number, own: Section | undefined): number =>
    countImports(module, find(IMPORTS), kind) + (own ? new Reader(module, own.from).unsigned() : 0);
  const memory = indexOfNew(MEMORY, find(MEMORIES));
  const global = indexOfNew(GLOBAL, find(GLOBALS));
  const code = new CodeWriter(module, memory, fuel ? global : undefined);
  const body = code.write(find(CODE));

  const pages = unsigned(Math.ceil((code.offsets.length * 4) / PAGE));
  const exports = [[...text("counters"), MEMORY, ...unsigned(memory)]];
  if (fuel) exports.push([...text("fuel"), GLOBAL, ...unsigned(global)]);
  const replaced = new Map<number, Uint8Array>([
    [MEMORIES, appended(module, find(MEMORIES), [[0, ...pages]])],
    [EXPORTS, appended(module, find(EXPORTS), exports)],
    [CODE, body],
  ]);
  // A mutable i32 that is 0.
  if (fuel) replaced.set(GLOBALS, appended(module, find(GLOBALS), [[0x7f, 1, 0x41, 0, END]]));
  return { wasm: assemble(module, sections, replaced), offsets: code.offsets };
}

/** Writes the functions of a module again, with counters in them. */
class CodeWriter {
  readonly offsets: number[] = [];
  private readonly module: Uint8Array;
  private readonly memory: number;
  private readonly fuel: number | undefined;

  constructor(module: Uint8Array, memory: number, fuel: number | undefined) {
    this.module = module;
    this.memory = memory;
    this.fuel = fuel;
  }

  write(section: Section | undefined): Uint8Array {
    const reader = new Reader(this.module, section?.from ?? 0);
    const count = section ? reader.unsigned() : 0;
    const parts: Uint8Array[] = [Uint8Array.from(unsigned(count))];
    for (let left = count; left > 0; left--) {
      const length = reader.unsigned();
      const body = this.body(reader, reader.at + length);
      parts.push(Uint8Array.from(unsigned(body.length)), body);
    }
    return Buffer.concat(parts);
  }

  private body(reader: Reader, end: number): Uint8Array {
    const parts: Uint8Array[] = [];
    let copied = reader.at;
    const insert = (isStep: boolean): void => {
      parts.push(this.module.subarray(copied, reader.at), Uint8Array.from(this.counter(reader.at, isStep)));
      copied = reader.at;
    };
    for (let groups = reader.unsigned(); groups > 0; groups--) reader.skipNumbers(2);
    insert(true);
    const open: number[] = [];
    while (reader.at < end) {
      const code = skipInstruction(reader);
      if (code === BLOCK || code === LOOP || code === IF) open.push(code);
      const closed = code === END ? open.pop() : undefined;
      if (code === LOOP) insert(true);
      else if (code === IF || code === ELSE || code === BR_IF || closed === BLOCK || closed === IF)
        insert(false);
    }
    parts.push(this.module.subarray(copied, end));
    return Buffer.concat(parts);
  }

  /** Instructions that count, for what begins at `offset`; where it `isStep` also those that take fuel. */
  private counter(offset: number, isStep: boolean): number[] {
    const index = this.offsets.push(offset) - 1;
    const argument = [0x42, ...unsigned(this.memory), ...unsigned(index * 4)];
    // counters[index] = counters[index] + 1
    const count = [0x41, 0, 0x41, 0, 0x28, ...argument, 0x41, 1, 0x6a, 0x36, ...argument];
    if (!isStep || this.fuel === undefined) return count;
    const fuel = unsigned(this.fuel);
    // fuel = fuel - 1; if (fuel == 0) unreachable
    const take = [0x23, ...fuel, 0x41, 1, 0x6b, 0x24, ...fuel];
    return [...count, ...take, 0x23, ...fuel, 0x45, IF, 0x40, 0x00, END];
  }
}
