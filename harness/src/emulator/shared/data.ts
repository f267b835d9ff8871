import { Status } from "../../abi/index.ts";

interface Entry {
  value: Uint8Array;
  cas: number;
}

/**
 * Shared key-value data (proxy-wasm spec 0.2.1). As in Envoy 1.40 each vm_id has its own keys, all workers
 * see the same values, and one counter numbers the writes of the whole process.
 */
export class SharedData {
  readonly #spaces = new Map<string, Map<string, Entry>>();
  #lastCas = 0;

  /** The value of `key` and the number of its last write; undefined if there is none. */
  get(vmId: string, key: string): Readonly<Entry> | undefined {
    return this.#spaces.get(vmId)?.get(key);
  }

  /**
   * Writes `value`, which must not change afterwards.
   * @param cas number of the write that must be the last one; 0 writes in any case
   * @returns CasMismatch if somebody else wrote in between
   */
  set(vmId: string, key: string, value: Uint8Array, cas: number): Status {
    let space = this.#spaces.get(vmId);
    if (!space) this.#spaces.set(vmId, (space = new Map()));
    const entry = space.get(key);
    if (!entry) {
      space.set(key, { value, cas: ++this.#lastCas });
      return Status.Ok;
    }
    if (cas !== 0 && cas !== entry.cas) return Status.CasMismatch;
    entry.value = value;
    entry.cas = ++this.#lastCas;
    return Status.Ok;
  }
}
