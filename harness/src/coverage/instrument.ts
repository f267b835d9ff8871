import { Reader, skipInstruction } from "../bytecode/binary.ts";
import { CounterMemory } from "../bytecode/counters.ts";
import { type FunctionBody, functionBodies } from "../bytecode/functions.ts";
import { type ChangedModule, insertCode, Insertions } from "../bytecode/insert.ts";
import {
  BLOCK,
  BR,
  BR_IF,
  BR_TABLE,
  CALL,
  ELSE,
  END,
  I32_CONST,
  IF,
  LOOP,
  RETURN,
  UNREACHABLE,
} from "../bytecode/opcodes.ts";
import type { Arm, BranchPoint, CoveragePoints, LinePoint, Location, Locations } from "./points.ts";

/** A module that counts what runs. */
export interface InstrumentedModule extends ChangedModule {
  readonly points: CoveragePoints;
}

/**
 * Gives `module` counters for the lines and branches of its sources, in a memory of their own: what it does stays the
 * same.
 *
 * A line has a counter wherever code of it begins in a stretch without branches, and a branch has one for each of its
 * arms: both ways of `if` and `br_if`, and each label of `br_table`. Checks that the compiler puts in (of `!`, of casts,
 * of `assert`) are no branches.
 *
 * @throws RangeError when `module` is none, or has instructions that are not known here
 */
export function instrument(module: Uint8Array, locations: Locations): InstrumentedModule {
  const memory = new CounterMemory(module);
  const bodies = functionBodies(module);
  const writer = new PointWriter(module, memory, locations);
  for (const body of bodies) writer.write(body);
  const changed = insertCode(module, bodies, writer.insertions, memory.sections(writer.counters));
  return { ...changed, points: writer };
}

/** An `if` that is open. */
interface OpenIf {
  readonly reached: number;
  readonly then: number;
  readonly location: Location;
  otherwise: number | undefined;
  isCheck: boolean;
}

/** Goes through the functions of a module and puts counters in. */
class PointWriter implements CoveragePoints {
  readonly insertions = new Insertions();
  readonly lines: LinePoint[] = [];
  readonly branches: BranchPoint[] = [];
  counters = 0;
  readonly #module: Uint8Array;
  readonly #memory: CounterMemory;
  readonly #locations: Locations;
  #function = 0;
  /** Of what stands in the stretch so far: the last location, and the lines that have a counter. */
  #last: Location | undefined;
  readonly #counted = new Set<string>();

  constructor(module: Uint8Array, memory: CounterMemory, locations: Locations) {
    this.#module = module;
    this.#memory = memory;
    this.#locations = locations;
  }

  write({ index, first, to }: FunctionBody): void {
    this.#function = index;
    this.#beginStretch();
    const reader = new Reader(this.#module, first);
    const open: (OpenIf | undefined)[] = [];
    const trace = new InstructionTrace();
    while (reader.at < to) {
      const at = reader.at;
      const location = this.#locations.get(at);
      if (location) this.#line(at, location);
      const code = skipInstruction(reader);
      const place = location ?? this.#last;
      if (code === BLOCK || code === LOOP) open.push(undefined);
      else if (code === IF) open.push(place && this.#if(at, reader.at, place));
      else if (code === ELSE) this.#else(open.at(-1), reader.at, trace);
      else if (code === END) this.#end(open.pop(), trace);
      else if (code === BR_IF && place) this.#branchIf(at, reader.at, place);
      else if (code === BR_TABLE && place) this.#branchTable(at, reader.at, place);
      if (ENDS_OF_STRETCHES.has(code)) this.#beginStretch();
      trace.add(code, this.#module, at);
    }
  }

  #beginStretch(): void {
    this.#last = undefined;
    this.#counted.clear();
  }

  #counter(offset: number): number {
    const counter = this.counters++;
    this.insertions.add(offset, this.#memory.count(counter));
    return counter;
  }

  #line(offset: number, location: Location): void {
    this.#last = location;
    const { source, line } = location;
    const key = `${line} ${source}`;
    if (this.#counted.has(key)) return;
    this.#counted.add(key);
    this.lines.push({ source, line, function: this.#function, counter: this.#counter(offset) });
  }

  #branch(location: Location, arms: readonly Arm[]): void {
    this.branches.push({ ...location, function: this.#function, arms });
  }

  #if(at: number, next: number, location: Location): OpenIf {
    const reached = this.#counter(at);
    return { reached, then: this.#counter(next), location, otherwise: undefined, isCheck: false };
  }

  #else(open: OpenIf | undefined, next: number, trace: InstructionTrace): void {
    if (!open) return;
    open.isCheck = trace.isAbortAt(open.location);
    open.otherwise = this.#counter(next);
  }

  #end(open: OpenIf | undefined, trace: InstructionTrace): void {
    if (!open || open.isCheck || trace.isAbortAt(open.location)) return;
    const { reached, then, otherwise, location } = open;
    this.#branch(location, [[then], otherwise === undefined ? [reached, then] : [otherwise]]);
  }

  #branchIf(at: number, next: number, location: Location): void {
    const reached = this.#counter(at);
    const passed = this.#counter(next);
    this.#branch(location, [[reached, passed], [passed]]);
  }

  /** The number that a `br_table` goes by chooses the counter too. */
  #branchTable(at: number, next: number, location: Location): void {
    const labels = new Reader(this.#module, at + 1).unsigned();
    const first = this.counters;
    this.counters += labels + 1;
    this.insertions.add(at, this.#memory.countBy(first, labels));
    this.#branch(
      location,
      Array.from({ length: labels + 1 }, (_, label) => [first + label]),
    );
  }
}

/** Behind these, other code may run than what ran before. */
const ENDS_OF_STRETCHES: ReadonlySet<number> = new Set([
  LOOP,
  IF,
  ELSE,
  END,
  BR,
  BR_IF,
  BR_TABLE,
  RETURN,
  UNREACHABLE,
]);

/** The last instructions, as far as they tell a check of the compiler. */
class InstructionTrace {
  readonly #codes = [0, 0, 0, 0];
  readonly #values = [0, 0, 0, 0];

  add(code: number, module: Uint8Array, at: number): void {
    this.#codes.push(code);
    this.#values.push(code === I32_CONST ? new Reader(module, at + 1).unsigned() : 0);
    this.#codes.shift();
    this.#values.shift();
  }

  /** Whether what just ended was `abort(message, file, line, column)` for this very place: no arm that anybody wrote. */
  isAbortAt({ line, column }: Location): boolean {
    const isAbort = [I32_CONST, I32_CONST, CALL, UNREACHABLE].every(
      (code, index) => this.#codes[index] === code,
    );
    return isAbort && this.#values[0] === line && this.#values[1] === column + 1;
  }
}
