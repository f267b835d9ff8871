import {
  type AbiVersion,
  ENV_IMPORTS,
  type Signature,
  WASI_IMPORTS,
} from "../../../harness/src/abi/index.ts";

/** A host function that a probe imports. */
export interface HostFunction {
  readonly module: string;
  readonly name: string;
  readonly signature: Signature;
}

/** Every host function of ABI `version`, in an order that gives each its number in programs and records. */
export function hostFunctions(version: AbiVersion): readonly HostFunction[] {
  const env = [...ENV_IMPORTS]
    .filter(([, { versions }]) => versions === undefined || versions.includes(version))
    .map(([name, { signature }]) => ({ module: "env", name, signature }));
  const wasi = [...WASI_IMPORTS].map(([name, signature]) => ({
    module: "wasi_snapshot_preview1",
    name,
    signature,
  }));
  return [...env, ...wasi];
}

/** Not a host function: the probe executes `unreachable`. */
export const TRAP = "trap";
/** Number of `trap` in programs. */
export const TRAP_NUMBER = 0xfff0;
/** Stands for the call of a hook itself in records. */
export const ENTERED_NUMBER = 0xfffe;
