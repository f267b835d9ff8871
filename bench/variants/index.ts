/** All variants that the benchmark knows. */
import { given } from "./given.ts";
import { lua } from "./lua.ts";
import { native, none } from "./native.ts";
import { asGcore, asSolo } from "./npm.ts";
import { rustRaw, rustSdk } from "./rust.ts";
import { sidecraft } from "./sidecraft.ts";
import type { Variant } from "./variant.ts";
import { wat } from "./wat.ts";

export type { Built, Variant } from "./variant.ts";

/** The variant that all others are compared with. */
export const BASELINE = none.name;

/** Every variant, in the order of the report. */
export const VARIANTS: readonly Variant[] = [
  none,
  native,
  wat,
  rustRaw,
  sidecraft,
  rustSdk,
  lua,
  asGcore,
  asSolo,
];

/**
 * The variants called `names` (all when absent) and the modules of `extra` (`name=path.wasm`); the baseline always
 * comes first. Throws RangeError for an unknown name.
 */
export function chooseVariants(names: readonly string[] | undefined, extra: readonly string[]): Variant[] {
  const known = VARIANTS.map(({ name }) => name);
  for (const name of names ?? []) {
    if (!known.includes(name)) throw new RangeError(`no variant "${name}"; there are ${known.join(", ")}`);
  }
  const chosen = VARIANTS.filter(({ name }) => name === BASELINE || (names?.includes(name) ?? true));
  return [...chosen, ...extra.map(given)];
}
