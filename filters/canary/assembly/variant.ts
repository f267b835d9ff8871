import { Bytes } from "proxy-wasm-as-sdk";

/** Where a request goes. */
export enum Variant {
  /** Not decided. */
  None = 0,
  Stable = 1,
  Canary = 2,
}

const STABLE = Bytes.of("stable");
const CANARY = Bytes.of("canary");

/** The word that overrides and cookies use for `variant`, whatever its value in the variant header. */
export function variantName(variant: Variant): Bytes {
  return variant == Variant.Canary ? CANARY : STABLE;
}

/** The variant that exactly `name` stands for; None for every other text. */
export function variantNamed(name: Bytes): Variant {
  if (name.equals(CANARY)) return Variant.Canary;
  return name.equals(STABLE) ? Variant.Stable : Variant.None;
}
