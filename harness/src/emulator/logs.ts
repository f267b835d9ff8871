import { LOG_LEVELS, type LogLevel, type LogLine } from "../model/index.ts";

const utf8 = new TextDecoder();

/** Collects what modules log, from a level on. */
export class LogSink {
  readonly lines: LogLine[] = [];
  /** The number of the lowest level that is kept (`proxy_get_log_level`). */
  readonly level: number;
  readonly #listeners = new Set<(line: LogLine) => void>();

  constructor(level: LogLevel) {
    this.level = LOG_LEVELS.indexOf(level);
  }

  /** Adds a line unless its level is below the kept ones. `message` is UTF-8. */
  write(level: number, plugin: string, message: Uint8Array): void {
    if (level < this.level) return;
    const line: LogLine = { level: LOG_LEVELS[level] ?? "critical", plugin, message: utf8.decode(message) };
    this.lines.push(line);
    for (const listener of this.#listeners) listener(line);
  }

  /** Calls `listener` for each further line. @returns what ends that */
  subscribe(listener: (line: LogLine) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
