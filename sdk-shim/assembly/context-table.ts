import { HttpFilter } from "./filter";

const INITIAL_CAPACITY: i32 = 16;
/** Spreads consecutive numbers over the table (Fibonacci hashing). */
const SPREAD: u32 = 0x9e3779b1;

/**
 * The filters of the open streams, by the host's number (never 0). Open addressing with linear probing; removal
 * closes the gap, so neither churn nor a burst of streams leaves anything behind but the capacity.
 */
@final
export class ContextTable {
  private ids: StaticArray<u32> = new StaticArray<u32>(INITIAL_CAPACITY);
  private filters: StaticArray<HttpFilter | null> = new StaticArray<HttpFilter | null>(INITIAL_CAPACITY);
  private size: i32 = 0;

  /** The filter of stream `id`; null when there is none. */
  get(id: u32): HttpFilter | null {
    const slot = this.find(id);
    return unchecked(this.ids[slot]) == id ? unchecked(this.filters[slot]) : null;
  }

  /** Sets the filter of stream `id`. */
  set(id: u32, filter: HttpFilter): void {
    if (this.size * 2 >= this.ids.length) this.grow();
    const slot = this.find(id);
    if (unchecked(this.ids[slot]) != id) this.size++;
    unchecked((this.ids[slot] = id));
    unchecked((this.filters[slot] = filter));
  }

  /** Removes stream `id`; false when it is not there. */
  delete(id: u32): bool {
    const mask = this.ids.length - 1;
    let gap = this.find(id);
    if (unchecked(this.ids[gap]) != id) return false;
    for (let at = (gap + 1) & mask; unchecked(this.ids[at]) != 0; at = (at + 1) & mask) {
      const home = this.home(unchecked(this.ids[at]));
      if (((at - home) & mask) < ((at - gap) & mask)) continue;
      unchecked((this.ids[gap] = this.ids[at]));
      unchecked((this.filters[gap] = this.filters[at]));
      gap = at;
    }
    unchecked((this.ids[gap] = 0));
    unchecked((this.filters[gap] = null));
    this.size--;
    return true;
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
    const filters = this.filters;
    this.ids = new StaticArray<u32>(ids.length * 2);
    this.filters = new StaticArray<HttpFilter | null>(ids.length * 2);
    this.size = 0;
    for (let i = 0; i < ids.length; i++) {
      const filter = unchecked(filters[i]);
      if (filter) this.set(unchecked(ids[i]), filter);
    }
  }
}
