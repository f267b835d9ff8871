import { CODE, FUNCTION, Reader, sectionsOf } from "./binary.ts";
import { countImports } from "./border.ts";

/** A function that is no import. */
export interface FunctionBody {
  /** Its number; imports come first. */
  readonly index: number;
  /** Where its locals are declared. */
  readonly from: number;
  /** Where its first instruction is. */
  readonly first: number;
  readonly to: number;
}

/** The functions of `module` in their order. Throws RangeError when it is no module. */
export function functionBodies(module: Uint8Array): FunctionBody[] {
  const code = sectionsOf(module).find(({ id }) => id === CODE);
  if (!code) return [];
  const reader = new Reader(module, code.from);
  const firstIndex = countImports(module, FUNCTION);
  return Array.from({ length: reader.unsigned() }, (_, position) => {
    const length = reader.unsigned();
    const from = reader.at;
    for (let groups = reader.unsigned(); groups > 0; groups--) reader.skipNumbers(2);
    const first = reader.at;
    reader.at = from + length;
    return { index: firstIndex + position, from, first, to: reader.at };
  });
}
