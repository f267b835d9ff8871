/** Where a parser is in its source, and what stopped it. */
@final
export class Cursor {
  /** Offset of the next byte to read; after an error, of what is wrong. */
  at: i32 = 0;
  /** What is wrong, for people; empty as long as nothing is. */
  error: string = "";

  /** Notes an error at `offset`; returns false, for use as a parser's result. */
  fail(error: string, offset: i32): bool {
    this.error = error;
    this.at = offset;
    return false;
  }
}
