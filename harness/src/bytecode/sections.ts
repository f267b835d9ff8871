import { CODE, EXPORTS, GLOBALS, MEMORIES, Reader, type Section, sectionsOf, unsigned } from "./binary.ts";
import { countImports } from "./border.ts";

/** Sections stand in this order; custom ones (0) may stand anywhere. */
const ORDER = [1, 2, 3, 4, MEMORIES, 13, GLOBALS, EXPORTS, 8, 9, 12, CODE, 11];

/** A name as it stands in a module: its length and its bytes (ASCII). */
export function text(name: string): number[] {
  return [...unsigned(name.length), ...Buffer.from(name)];
}

/** The content of a section that is a list, with more entries behind those it has. */
export function appended(module: Uint8Array, section: Section | undefined, entries: number[][]): Uint8Array {
  const reader = new Reader(module, section?.from ?? 0);
  const count = section ? reader.unsigned() : 0;
  const present = section ? module.subarray(reader.at, section.to) : new Uint8Array();
  return Buffer.concat([
    Uint8Array.from(unsigned(count + entries.length)),
    present,
    Uint8Array.from(entries.flat()),
  ]);
}

/** The module with sections `replaced` or put where they belong. */
export function assemble(
  module: Uint8Array,
  sections: readonly Section[],
  replaced: Map<number, Uint8Array>,
): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [module.subarray(0, 8)];
  const emit = (id: number, content: Uint8Array): void => {
    parts.push(Uint8Array.from([id, ...unsigned(content.length)]), content);
  };
  const missing = ORDER.filter((id) => replaced.has(id) && !sections.some((section) => section.id === id));
  const emitMissingBefore = (place: number): void => {
    while (missing[0] !== undefined && ORDER.indexOf(missing[0]) < place) {
      const id = missing.shift() as number;
      emit(id, replaced.get(id) as Uint8Array);
    }
  };
  for (const { id, from, to } of sections) {
    if (id !== 0) emitMissingBefore(ORDER.indexOf(id));
    emit(id, replaced.get(id) ?? module.subarray(from, to));
  }
  emitMissingBefore(ORDER.length);
  return Uint8Array.from(Buffer.concat(parts));
}

/** The section of that number; undefined if there is none. */
export function sectionOf(module: Uint8Array, id: number): Section | undefined {
  return sectionsOf(module).find((section) => section.id === id);
}

/** The number that one more thing of a kind, with definitions in section `id`, will have. */
export function indexOfNew(module: Uint8Array, kind: number, id: number): number {
  const own = sectionOf(module, id);
  return countImports(module, kind) + (own ? new Reader(module, own.from).unsigned() : 0);
}
