/** What a document may cost to read. Everything beyond is refused with an error that names the limit. */
@final
export class JsonLimits {
  /** 1 MiB of text, 32 levels, 65,536 values. */
  static readonly DEFAULT: JsonLimits = new JsonLimits();

  /**
   * `maxBytes`: length of the whole text. `maxDepth`: objects and arrays inside each other. `maxValues`: values and
   * member names of the whole document together, each of which takes 24 bytes while the document is held.
   */
  constructor(
    readonly maxBytes: i32 = 1 << 20,
    readonly maxDepth: i32 = 32,
    readonly maxValues: i32 = 1 << 16,
  ) {}
}
