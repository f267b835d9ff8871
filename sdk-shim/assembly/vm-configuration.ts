import { VM_CONFIGURATION } from "./body";
import { Bytes } from "./bytes";

/**
 * The `configuration` of the VM, which all plugins in it share, as the host has it; empty when there is none. Unlike
 * a plugin's own configuration it can be read in every hook; `Plugin.onVmStart` gets it as its argument.
 *
 * @example
 * ```ts
 * export function isStaging(): bool {
 *   return vmConfiguration().equals(Bytes.of("staging"));
 * }
 * ```
 */
export function vmConfiguration(): Bytes {
  return VM_CONFIGURATION.read();
}
