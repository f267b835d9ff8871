import { EXPORTS, GLOBAL, IMPORTS, FUNCTION, Reader, TABLE, sectionsOf } from "./binary.ts";
import { readText } from "./custom.ts";

/** Something that a module takes from its host. */
export interface Import {
  /** {@link FUNCTION}, TABLE, MEMORY or GLOBAL. */
  readonly kind: number;
  readonly module: string;
  readonly name: string;
}

const HAS_MAXIMUM = 1;

/** What `module` imports, in its order (core specification 5.5.5). Throws RangeError when it is no module. */
export function importsOf(module: Uint8Array): Import[] {
  return entriesOf(module, IMPORTS, (reader) => {
    const entry = { module: readText(reader), name: readText(reader), kind: reader.byte() };
    const { kind } = entry;
    if (kind === FUNCTION) reader.skipNumbers(1);
    else if (kind === GLOBAL) reader.at += 2;
    else {
      if (kind === TABLE) reader.byte();
      reader.skipNumbers((reader.byte() & HAS_MAXIMUM) === 0 ? 1 : 2);
    }
    return entry;
  });
}

/** How many things of `kind` a module imports: they come first in the numbering. */
export function countImports(module: Uint8Array, kind: number): number {
  return importsOf(module).filter((entry) => entry.kind === kind).length;
}

/** The names that `module` exports, in its order (5.5.10). Throws RangeError when it is no module. */
export function exportsOf(module: Uint8Array): string[] {
  return entriesOf(module, EXPORTS, (reader) => {
    const name = readText(reader);
    reader.byte();
    reader.skipNumbers(1);
    return name;
  });
}

function entriesOf<T>(module: Uint8Array, id: number, read: (reader: Reader) => T): T[] {
  const section = sectionsOf(module).find((candidate) => candidate.id === id);
  if (!section) return [];
  const reader = new Reader(module, section.from);
  return Array.from({ length: reader.unsigned() }, () => read(reader));
}
