import { Bytes, BytesBuilder, SipKey, getSharedData, randomBytes, setSharedData } from "proxy-wasm-as-sdk";
import { bucketsFor } from "./bucket";
import { LimitConfig } from "./config";
import { ABSENT, SharedStore, Store, WorkerStore } from "./store";

const HASH_KEY = Bytes.of("rl:key");
const HASH_KEY_SIZE: i32 = 16;

/** How many tables a worker keeps for configurations to come: those of rates no longer used must not fill its memory. */
const MAX_KEPT: i32 = 64;

/** A table of this worker alone. */
@final
class KeptTable {
  constructor(
    readonly prefix: Bytes,
    readonly store: WorkerStore,
  ) {}
}

/** The tables of this worker's own limits, the one asked for last at the end: a new configuration goes on with them. */
const kept = new Array<KeptTable>();

/** The buckets of `limit`: those that a former configuration or another worker has filled, where there are any. */
export function storeFor(limit: LimitConfig): Store {
  const prefix = prefixOf(limit);
  if (!limit.isPerWorker) return new SharedStore(prefix);
  const table = takeKept(prefix) || new KeptTable(prefix, new WorkerStore(bucketsFor(limit.maxKeys)));
  kept.push(table);
  if (kept.length > MAX_KEPT) kept.shift();
  return table.store;
}

/**
 * What the buckets of `limit` are called. An arrival time means nothing without its rate, nor an index without the
 * number of buckets: limits that differ in either keep apart, even where they have one name.
 */
function prefixOf(limit: LimitConfig): Bytes {
  const rate = limit.rate;
  const prefix = new BytesBuilder().append("rl:").append(limit.name);
  prefix.append(":").appendDecimal(rate.requests).append(":").appendDecimal(rate.period);
  prefix.append(":").appendDecimal(rate.burst).append(":").appendDecimal(bucketsFor(limit.maxKeys));
  return prefix.append(":").take();
}

/** Takes the table under `prefix` out of those kept; null when there is none. */
function takeKept(prefix: Bytes): KeptTable | null {
  for (let i = 0; i < kept.length; i++) if (kept[i].prefix.equals(prefix)) return kept.splice(i, 1)[0];
  return null;
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
