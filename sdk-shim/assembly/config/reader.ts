import { Bytes } from "../bytes";
import { decimalText } from "../bytes-builder";
import { JsonResult } from "../json/result";
import { parseConfiguration } from "../json/struct";
import { ConfigError, ConfigErrors } from "./error";
import { ConfigObject } from "./object";

/**
 * Reads a plugin's configuration (JSON text or a binary `google.protobuf.Struct`) and collects all that is wrong
 * with it.
 *
 * @example
 * ```ts
 * class NamedPlugin extends Plugin {
 *   private name: Bytes = Bytes.EMPTY;
 *
 *   configure(config: Bytes): bool {
 *     const reader = ConfigReader.parse(config);
 *     this.name = reader.root.requiredString("name", 64);
 *     reader.root.finish();
 *     return this.accept(reader);
 *   }
 * }
 * ```
 */
@final
export class ConfigReader {
  private constructor(
    private collected: ConfigErrors,
    /** The outermost object; when the configuration cannot be read, one in which all is absent. */
    readonly root: ConfigObject,
  ) {}

  /** Reads `config`. When it cannot be read at all, that is the first error, and the only one. */
  static parse(config: Bytes): ConfigReader {
    const collected = new ConfigErrors();
    const result = parseConfiguration(config);
    const value = result.value;
    if (!value) addUnreadable(collected, result);
    return new ConfigReader(collected, new ConfigObject(collected, "", value));
  }

  /** Whether nothing was wrong so far. Call `root.finish()` before. */
  ok(): bool {
    return this.collected.list.length == 0;
  }

  /** What was wrong so far, at most 32 errors. */
  get errors(): Array<ConfigError> {
    return this.collected.list;
  }
}

/** Puts what the parser refused into the words of all other errors: the pointer, what is there, what should be. */
function addUnreadable(collected: ConfigErrors, result: JsonResult): void {
  const error = result.error;
  const where = " at byte " + decimalText(result.offset);
  if (error.startsWith("expected ")) {
    collected.add(result.path, "something else" + where, error.substring(9));
  } else if (error.startsWith("duplicate ")) {
    collected.add(result.path, "a " + error + where, "each name once");
  } else {
    collected.add(
      result.path,
      error + where,
      result.path.length > 0 ? "a value that can be read" : "a JSON object",
    );
  }
}
