import { Bytes } from "../bytes";
import { decimalText } from "../bytes-builder";
import { parseConfiguration } from "../json/struct";
import { ConfigError, ConfigErrors } from "./error";
import { ConfigObject } from "./object";

/**
 * Reads a plugin's configuration (JSON text or a binary `google.protobuf.Struct`) and collects all that is wrong
 * with it.
 *
 * ```ts
 * const reader = ConfigReader.parse(config);
 * const limit = reader.root.integer("limit", 10, 1, 1000);
 * reader.root.finish();
 * return reader.ok();
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
    if (!value) {
      const path = result.path;
      const where = " at byte " + decimalText(result.offset) + (path.length > 0 ? " in " + path : "");
      collected.add("", "something unreadable" + where + " (" + result.error + ")", "a JSON object");
    }
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
