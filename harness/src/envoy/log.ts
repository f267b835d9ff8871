/** Envoy's log: cut into lines, unescaped, with the lines of Wasm modules taken apart. */
import { StringDecoder } from "node:string_decoder";
import { LOG_LEVELS, type FilterSpec, type LogLevel, type LogLine } from "../model/index.ts";

/** Lines kept of each kind; older ones are dropped, so that a long run does not fill memory. */
const KEPT_LINES = 50_000;

/** A line in Envoy's default format: `[time][thread][level][component] [file:line] message`. */
const LINE = /^\[[^\]]+\]\[\d+\]\[(?<level>\w+)\]\[(?<component>[^\]]+)\] \[(?<place>[^\]]*)\] (?<message>.*)$/s;

const MODULE_LINE = "wasm log";

/** Who wants to see lines as they come. */
export interface LogListeners {
  readonly onLog?: (line: LogLine) => void;
  readonly onOutput?: (line: string) => void;
}

/** Reads what one Envoy prints. */
export class EnvoyLog {
  /** Lines that modules logged, oldest first. */
  readonly logs: LogLine[] = [];
  /** Everything that Envoy printed, oldest first; a message with line feeds is one entry. */
  readonly output: string[] = [];
  /** How many entries `output` has had, dropped ones included. */
  received = 0;
  readonly #prefixes: readonly { readonly text: string; readonly plugin: string }[];
  readonly #listeners: LogListeners;

  /**
   * @param filters whose names, root ids and vm ids stand before a module's message
   * @param listeners called with each line
   */
  constructor(filters: readonly FilterSpec[], listeners: LogListeners = {}) {
    this.#prefixes = filters
      .map((filter) => {
        const ids = [filter.name, filter.rootId, filter.vmId].filter((id) => id !== undefined && id !== "");
        return { text: `${MODULE_LINE} ${ids.join(" ")}: `, plugin: filter.name };
      })
      .sort((a, b) => b.text.length - a.text.length);
    this.#listeners = listeners;
  }

  /** Takes one stream of Envoy's output in pieces. Call the result with each piece, and with nothing at the end. */
  reader(): (chunk?: Uint8Array | string) => void {
    const decoder = new StringDecoder("utf8");
    let rest = "";
    return (chunk) => {
      rest += chunk === undefined ? decoder.end() : typeof chunk === "string" ? chunk : decoder.write(Buffer.from(chunk));
      const lines = rest.split("\n");
      rest = chunk === undefined ? "" : (lines.pop() ?? "");
      for (const line of lines) if (line !== "") this.#take(line);
    };
  }

  /** Entries of `output` that came after `received` had the given value. */
  since(received: number): readonly string[] {
    const fresh = this.received - received;
    return fresh <= 0 ? [] : this.output.slice(-fresh);
  }

  #take(raw: string): void {
    // Envoy runs with --log-format-escaped: what a module logs cannot look like another line.
    const line = LINE.test(raw) ? unescapeLine(raw) : raw;
    keep(this.output, line);
    this.received++;
    this.#listeners.onOutput?.(line);
    const parsed = this.#moduleLine(line);
    if (parsed !== undefined) {
      keep(this.logs, parsed);
      this.#listeners.onLog?.(parsed);
    }
  }

  #moduleLine(line: string): LogLine | undefined {
    const { level = "", component, message = "" } = LINE.exec(line)?.groups ?? {};
    if (component !== "wasm" || !message.startsWith(MODULE_LINE)) return undefined;
    const prefix = this.#prefixes.find(({ text }) => message.startsWith(text));
    if (prefix !== undefined) {
      return { level: logLevel(level), plugin: prefix.plugin, message: message.slice(prefix.text.length) };
    }
    const colon = message.indexOf(": ");
    return { level: logLevel(level), plugin: "", message: colon < 0 ? message : message.slice(colon + 2) };
  }
}

/**
 * Picks the lines that tell what went wrong: warnings, errors, and what modules said, without Envoy's prefix.
 *
 * @param lines lines of Envoy's output
 * @returns the messages; the last 20 lines as they are if nothing among them is worse than information
 */
export function complaints(lines: readonly string[]): readonly string[] {
  const messages: string[] = [];
  for (const line of lines) {
    const groups = LINE.exec(line)?.groups;
    const message = groups?.["message"] ?? "";
    const severe = ["warn", "error", "critical"].includes(logLevel(groups?.["level"] ?? ""));
    if (severe || (groups?.["component"] === "wasm" && message.startsWith(MODULE_LINE))) messages.push(message);
  }
  return messages.length > 0 ? messages : lines.slice(-20);
}

/** Envoy prints the names of spdlog, which differ for one level. */
function logLevel(name: string): LogLevel {
  return name === "warning" ? "warn" : (LOG_LEVELS.find((level) => level === name) ?? "info");
}

const ESCAPES: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, '"': 34, "'": 39, "\\": 92 };

/** Undoes the C-style escapes of `--log-format-escaped`: every byte that is not printable ASCII is one of them. */
function unescapeLine(line: string): string {
  if (!line.includes("\\")) return line;
  const bytes: number[] = [];
  for (const [, octal, letter, plain = ""] of line.matchAll(/\\([0-7]{3})|\\(.)|([^\\]+|\\$)/gs)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8) & 0xff);
    else if (letter !== undefined && ESCAPES[letter] !== undefined) bytes.push(ESCAPES[letter]);
    else bytes.push(...Buffer.from(letter === undefined ? plain : `\\${letter}`));
  }
  return Buffer.from(bytes).toString("utf8");
}

function keep<T>(list: T[], entry: T): void {
  list.push(entry);
  // Cutting a tenth at once keeps the cost per line constant.
  if (list.length > KEPT_LINES) list.splice(0, KEPT_LINES / 10);
}
