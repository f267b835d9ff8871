import * as env from "./abi/env";
import { addressOut, casOut, sizeOut, takeReturned } from "./abi/memory";
import { Status } from "./abi/types";
import { Bytes } from "./bytes";
import { bytesOf } from "./text";

/** A value and the number that `setSharedData` compares. */
@final
export class SharedValue {
  constructor(
    readonly value: Bytes,
    readonly cas: u32,
  ) {}
}

/**
 * The value of `key` in the store that all workers share (plugins with one vm_id); null when never set.
 * The host never deletes a key: use a fixed set of keys.
 */
export function getSharedData<K>(key: K): SharedValue | null {
  const name = bytesOf<K>(key);
  const status = env.proxy_get_shared_data(name.ptr, name.length, addressOut, sizeOut, casOut);
  return status == Status.Ok ? new SharedValue(takeReturned(), load<u32>(casOut)) : null;
}

/**
 * Stores `value`, a string or Bytes, under `key`. With `cas` 0 always; otherwise only if nobody has written since
 * the read that returned `cas`, else Status.CasMismatch: read again and decide anew.
 */
export function setSharedData<K, V>(key: K, value: V, cas: u32 = 0): Status {
  const name = bytesOf<K>(key);
  const bytes = bytesOf<V>(value);
  return env.proxy_set_shared_data(name.ptr, name.length, bytes.ptr, bytes.length, cas);
}
