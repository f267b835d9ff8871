import * as env from "./abi/env";
import { addressOut, casOut, sizeOut, takeReturned } from "./abi/memory";
import { Status } from "./abi/types";
import { Bytes } from "./bytes";
import { bytesOf } from "./text";

/**
 * A value and the number that `setSharedData` compares.
 *
 * @example
 * ```ts
 * // Adds 1 to a number that all workers share; false when others were faster four times.
 * function countVisit(key: Bytes): bool {
 *   for (let attempt = 0; attempt < 4; attempt++) {
 *     const seen: SharedValue | null = getSharedData(key);
 *     const count = seen ? max<i64>(seen.value.parseUint(), 0) + 1 : 1;
 *     const status = setSharedData(key, decimalText(count), seen ? seen.cas : 0);
 *     if (status != Status.CasMismatch) return status == Status.Ok;
 *   }
 *   return false;
 * }
 * ```
 */
@final
export class SharedValue {
  constructor(
    /** The value; it may be empty. */
    readonly value: Bytes,
    /** Changes with every write; never 0. */
    readonly cas: u32,
  ) {}
}

/**
 * The value of `key` in the store that all workers share (plugins with one vm_id); null when never set.
 * The host never deletes a key: use a fixed set of keys.
 *
 * @example
 * ```ts
 * function isClosed(): bool {
 *   const state = getSharedData("shop.state");
 *   return state !== null && state.value == Bytes.of("closed");
 * }
 * ```
 */
export function getSharedData<K>(key: K): SharedValue | null {
  const name = bytesOf<K>(key);
  const status = env.proxy_get_shared_data(name.ptr, name.length, addressOut, sizeOut, casOut);
  return status == Status.Ok ? new SharedValue(takeReturned(), load<u32>(casOut)) : null;
}

/**
 * Stores `value`, a string or Bytes, under `key`. With `cas` 0 always; otherwise only if nobody has written since
 * the read that returned `cas`, else Status.CasMismatch: read again and decide anew.
 *
 * @example
 * ```ts
 * class ClosingPlugin extends Plugin {
 *   onTick(): void {
 *     setSharedData("shop.state", "closed");
 *   }
 * }
 * ```
 */
export function setSharedData<K, V>(key: K, value: V, cas: u32 = 0): Status {
  const name = bytesOf<K>(key);
  const bytes = bytesOf<V>(value);
  return env.proxy_set_shared_data(name.ptr, name.length, bytes.ptr, bytes.length, cas);
}
