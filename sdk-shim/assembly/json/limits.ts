/**
 * What a document may cost to read. Everything beyond is refused with an error that names the limit.
 *
 * @example
 * ```ts
 * // A body from outside: at most 64 KiB, 8 levels and 1000 values and names.
 * const LIMITS = new JsonLimits(65536, 8, 1000);
 *
 * function documentIn(body: Bytes): JsonValue | null {
 *   return parseJson(body, LIMITS).value;
 * }
 * ```
 */
@final
export class JsonLimits {
  /** 1 MiB of text, 32 levels, 65,536 values. */
  // @ts-ignore: decorator
  @lazy static readonly DEFAULT: JsonLimits = new JsonLimits();

  /**
   * `maxBytes`: length of the whole text. `maxDepth`: objects and arrays inside each other. `maxValues`: values and
   * member names of the whole document together, each of which takes 24 bytes while the document is held.
   */
  constructor(
    /** Length of the whole text in bytes. */
    readonly maxBytes: i32 = 1 << 20,
    /** Objects and arrays inside each other. */
    readonly maxDepth: i32 = 32,
    /** Values and member names of the whole document together. */
    readonly maxValues: i32 = 1 << 16,
  ) {}
}
