import { loadUnit, type Unit } from "../../harness/src/testing/unit.ts";

/** A fresh instance of `test/units/assembly/<name>.ts`. */
export function load(name: string): Promise<Unit> {
  return loadUnit(`test/units/assembly/${name}.ts`);
}
