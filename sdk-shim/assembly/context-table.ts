import * as env from "./abi/env";
import { Status } from "./abi/types";
import { Context } from "./filter";
import { zeroedArray } from "./static-arrays";

const FIRST_ROWS: i32 = 16;

/**
 * Contexts by the host's numbers for streams or plugins. The host counts, so the lowest bits of a number spread well over
 * the rows, and the contexts of a row are linked through themselves: nothing but the rows is left behind by a burst.
 */
@final
export class ContextTable {
  private rows: StaticArray<Context | null> = zeroedArray<Context | null>(FIRST_ROWS);
  /** How many contexts are in the table. */
  size: i32 = 0;

  /** The context with number `id`; null when there is none. */
  get(id: u32): Context | null {
    let context = unchecked(this.rows[this.rowOf(id)]);
    while (context && context.id != id) context = context.nextInRow;
    return context;
  }

  /** Adds `context`, which is in no table, by its number, which no other has. */
  add(context: Context): void {
    if (this.isFull) this.grow();
    this.size++;
    this.put(context);
  }

  /** Whether the next context makes the table grow. */
  get isFull(): bool {
    return this.size >= this.rows.length;
  }

  /** Removes the context with number `id`; false when there is none. */
  delete(id: u32): bool {
    const row = this.rowOf(id);
    let before: Context | null = null;
    let context = unchecked(this.rows[row]);
    while (context && context.id != id) {
      before = context;
      context = context.nextInRow;
    }
    if (!context) return false;
    if (before) before.nextInRow = context.nextInRow;
    else unchecked((this.rows[row] = context.nextInRow));
    context.nextInRow = null;
    this.size--;
    return true;
  }

  /** Removes the contexts that the host no longer knows. Host functions work for one of the others afterwards. */
  dropGone(): void {
    for (let row = 0; row < this.rows.length; row++) {
      let context = unchecked(this.rows[row]);
      unchecked((this.rows[row] = null));
      while (context) {
        const next = context.nextInRow;
        context.nextInRow = null;
        if (env.proxy_set_effective_context(context.id) == Status.Ok) this.put(context);
        else this.size--;
        context = next;
      }
    }
  }

  private rowOf(id: u32): i32 {
    return (<i32>id) & (this.rows.length - 1);
  }

  private put(context: Context): void {
    const row = this.rowOf(context.id);
    context.nextInRow = unchecked(this.rows[row]);
    unchecked((this.rows[row] = context));
  }

  private grow(): void {
    const rows = this.rows;
    this.rows = zeroedArray<Context | null>(rows.length << 1);
    for (let row = 0; row < rows.length; row++) {
      let context = unchecked(rows[row]);
      while (context) {
        const next = context.nextInRow;
        this.put(context);
        context = next;
      }
    }
  }
}
