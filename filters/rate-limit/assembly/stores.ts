import { Bytes, SipKey, getSharedData, randomBytes, setSharedData } from "proxy-wasm-as-sdk";
import { bucketsFor } from "./bucket";
import { LimitConfig } from "./config";
import { ABSENT, SharedStore, Store, WorkerStore } from "./store";

const HASH_KEY = Bytes.of("rl:key");
const HASH_KEY_SIZE: i32 = 16;

/** The tables of this worker's own limits, by name of the limit: a new configuration goes on with them. */
const workerStores = new Map<string, WorkerStore>();

/** The buckets of `limit`: those that a former configuration or another worker has filled, where there are any. */
export function storeFor(limit: LimitConfig): Store {
  if (!limit.isPerWorker) return new SharedStore(limit.name);
  const name = limit.name.toString();
  const buckets = bucketsFor(limit.maxKeys);
  if (workerStores.has(name)) {
    const known = workerStores.get(name);
    if (known.buckets == buckets) return known;
  }
  const store = new WorkerStore(buckets);
  workerStores.set(name, store);
  return store;
}

/**
 * The secret that places keys in buckets, the same in all workers: whoever comes first draws it. Null when the host
 * gives no random bytes or keeps no shared data.
 */
export function sharedHashKey(): SipKey | null {
  let stored = getSharedData(HASH_KEY);
  if (!stored) {
    const drawn = randomBytes(HASH_KEY_SIZE);
    if (!drawn) return null;
    // Loses against a worker that was faster; what is stored then counts for both.
    setSharedData(HASH_KEY, Bytes.fromBuffer(drawn), ABSENT);
    stored = getSharedData(HASH_KEY);
  }
  return stored && stored.value.length == HASH_KEY_SIZE ? SipKey.of(stored.value) : null;
}
