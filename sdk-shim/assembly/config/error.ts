import { Bytes, BytesBuilder } from "../bytes";
import { writeJsonString } from "../json/write";

/** Characters of a pointer that an error shows. */
const SHOWN: i32 = 256;

/**
 * One thing that is wrong with a configuration.
 *
 * @example
 * ```ts
 * class ListedPlugin extends Plugin {
 *   configure(config: Bytes): bool {
 *     const reader = ConfigReader.parse(config);
 *     reader.root.requiredString("name");
 *     reader.root.finish();
 *     for (let i = 0; i < reader.errors.length; i++) {
 *       const error: ConfigError = reader.errors[i];
 *       log(LogLevel.Error, error.pointer + " should be " + error.expected);
 *     }
 *     return reader.errors.length == 0;
 *   }
 * }
 * ```
 */
@final
export class ConfigError {
  constructor(
    /** JSON Pointer (RFC 6901) to the value; "" is the whole configuration. */
    readonly pointer: string,
    /** What is there, shortened; `<secret>` for secrets. */
    readonly seen: string,
    /** What should be there. */
    readonly expected: string,
  ) {}

  /** `/providers/0/issuer: saw 12, expected a string` */
  toString(): string {
    const where = this.pointer.length > 0 ? onOneLine(this.pointer) : "configuration";
    return where + ": saw " + this.seen + ", expected " + this.expected;
  }
}

/** `pointer` as a log can hold it: its names come from the configuration, with line ends or of any length. */
function onOneLine(pointer: string): string {
  const builder = new BytesBuilder();
  writeJsonString(builder, Bytes.of(pointer.substring(0, SHOWN)));
  const text = builder
    .view()
    .slice(1, builder.length - 1)
    .toString();
  return pointer.length > SHOWN ? text + "..." : text;
}

/** Collects errors, up to a limit that keeps the log readable. */
@final
export class ConfigErrors {
  static readonly LIMIT: i32 = 32;
  /** The errors in the order they were met; at the limit the last one says that there are more. */
  readonly list: Array<ConfigError> = [];

  /** Adds an error, unless it is there already (a value that was read twice) or there are too many. */
  add(pointer: string, seen: string, expected: string): void {
    const count = this.list.length;
    for (let i = 0; i < count; i++) {
      if (this.list[i].pointer == pointer && this.list[i].expected == expected) return;
    }
    if (count < ConfigErrors.LIMIT - 1) this.list.push(new ConfigError(pointer, seen, expected));
    else if (count < ConfigErrors.LIMIT)
      this.list.push(new ConfigError("", "more errors", "these to be fixed first"));
  }
}
