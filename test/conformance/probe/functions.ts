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

/** Parts of WASI that Envoy has had since 1.39 only: a probe that imports them is refused by older ones. */
const SINCE_1_39 =
  /^(sock_\w+|clock_res_get|path_(?!open)\w+|fd_(?!write|read$|seek|close|fdstat_get|fdstat_set_flags|prestat_)\w+)$/;

/** Every host function that each Envoy has for ABI `version`, in an order that gives each its number in programs and records. */
export function hostFunctions(version: AbiVersion): readonly HostFunction[] {
  const env = [...ENV_IMPORTS]
    .filter(([, { versions }]) => versions === undefined || versions.includes(version))
    .map(([name, { signature }]) => ({ module: "env", name, signature }));
  return [...env, ...wasiFunctions().filter(({ name }) => !SINCE_1_39.test(name))];
}

/** Every WASI function that Envoy 1.40 has. */
export function wasiFunctions(): readonly HostFunction[] {
  return [...WASI_IMPORTS].map(([name, signature]) => ({
    module: "wasi_snapshot_preview1",
    name,
    signature,
  }));
}

/** Not a host function: the probe executes `unreachable`. */
export const TRAP = "trap";
/** Number of `trap` in programs. */
export const TRAP_NUMBER = 0xfff0;
/** Stands for the call of a hook itself in records. */
export const ENTERED_NUMBER = 0xfffe;
