import * as env from "./abi/env";
import { Bytes } from "./bytes";
import { ConfigReader } from "./config/reader";
import { Context, HttpFilter } from "./filter";
import { LogLevel, log } from "./log";

/** Passes every stream through. */
class PassThrough extends HttpFilter {}

/** One configuration of the plugin (a root context): reads it once and makes a filter for every stream. */
export abstract class Plugin extends Context {
  /**
   * Reads the configuration; false refuses it: the host then keeps the one in force, or does not start.
   * Metrics are defined here.
   */
  configure(config: Bytes): bool {
    return true;
  }

  /**
   * Makes the filter for one stream. Keep what it depends on in fields: a module whose plugin and filter have none is
   * asked once, and that filter serves all streams.
   */
  createFilter(): HttpFilter {
    return new PassThrough();
  }

  /** The period set with `setTickPeriod` is over. Each worker ticks on its own. */
  onTick(): void {}

  /** The configuration is replaced or the host shuts down; streams that began with it are over. */
  onDone(): void {}

  /** Calls `onTick` every `milliseconds`; 0 stops it. */
  setTickPeriod(milliseconds: u32): void {
    env.proxy_set_tick_period_milliseconds(milliseconds);
  }

  /** Logs every error that `reader` has found; true when there was none. The usual end of `configure`. */
  accept(reader: ConfigReader): bool {
    const errors = reader.errors;
    for (let i = 0; i < errors.length; i++)
      log(LogLevel.Error, "configuration refused: " + errors[i].toString());
    return errors.length == 0;
  }
}
