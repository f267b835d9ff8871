import * as env from "./abi/env";
import { Status } from "./abi/types";
import { Context } from "./filter";

const INITIAL_CAPACITY: i32 = 16;
/** Spreads consecutive numbers over the table (Fibonacci hashing). */
const SPREAD: u32 = 0x9e3779b1;

/**
 * Contexts by the host's numbers for streams or plugins (never 0). Open addressing with linear probing; removal
 * closes the gap, so neither churn nor a burst of streams leaves anything behind but the capacity.
 */
@final
export class ContextTable {
  private ids: StaticArray<u32> = new StaticArray<u32>(INITIAL_CAPACITY);
  private contexts: StaticArray<Context | null> = new StaticArray<Context | null>(INITIAL_CAPACITY);
  /** How many numbers are in the table. */
  size: i32 = 0;

  /** The context of number `id`; null when there is none. */
  get(id: u32): Context | null {
    const slot = this.find(id);
    return unchecked(this.ids[slot]) == id ? unchecked(this.contexts[slot]) : null;
  }

  /** Sets the context of number `id`. */
  set(id: u32, context: Context): void {
    if (this.isFull) this.grow();
    const slot = this.find(id);
    if (unchecked(this.ids[slot]) != id) this.size++;
    unchecked((this.ids[slot] = id));
    unchecked((this.contexts[slot] = context));
  }

  /** Whether the next number makes the table grow. */
  get isFull(): bool {
    return this.size * 2 >= this.ids.length;
  }

  /** Removes number `id`; false when it is not there. */
  delete(id: u32): bool {
    const slot = this.find(id);
    if (unchecked(this.ids[slot]) != id) return false;
    this.empty(slot);
    return true;
  }

  /** Removes the numbers that the host no longer knows. Host functions work for one of the others afterwards. */
  dropGone(): void {
    let slot = 0;
    while (slot < this.ids.length) {
      const id = unchecked(this.ids[slot]);
      // Removal may move another number into the slot.
      if (id != 0 && env.proxy_set_effective_context(id) != Status.Ok) this.empty(slot);
      else slot++;
    }
  }

  private empty(slot: i32): void {
    const mask = this.ids.length - 1;
    let gap = slot;
    for (let at = (gap + 1) & mask; unchecked(this.ids[at]) != 0; at = (at + 1) & mask) {
      const home = this.home(unchecked(this.ids[at]));
      if (((at - home) & mask) < ((at - gap) & mask)) continue;
      unchecked((this.ids[gap] = this.ids[at]));
      unchecked((this.contexts[gap] = this.contexts[at]));
      gap = at;
    }
    unchecked((this.ids[gap] = 0));
    unchecked((this.contexts[gap] = null));
    this.size--;
  }

  private home(id: u32): i32 {
    return (<i32>((id * SPREAD) >> 8)) & (this.ids.length - 1);
  }

  /** The slot of `id`, or the free one where it would go. */
  private find(id: u32): i32 {
    const mask = this.ids.length - 1;
    let slot = this.home(id);
    while (unchecked(this.ids[slot]) != id && unchecked(this.ids[slot]) != 0) slot = (slot + 1) & mask;
    return slot;
  }

  private grow(): void {
    const ids = this.ids;
    const contexts = this.contexts;
    this.ids = new StaticArray<u32>(ids.length * 2);
    this.contexts = new StaticArray<Context | null>(ids.length * 2);
    this.size = 0;
    for (let i = 0; i < ids.length; i++) {
      const context = unchecked(contexts[i]);
      if (context) this.set(unchecked(ids[i]), context);
    }
  }
}
