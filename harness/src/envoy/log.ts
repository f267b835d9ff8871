/** Envoy's log: cut into lines, unescaped, with the lines of Wasm modules taken apart. */
import { StringDecoder } from "node:string_decoder";
import { LOG_LEVELS, type FilterSpec, type LogLevel, type LogLine } from "../model/index.ts";
import { shortWords } from "./refused-place.ts";
import { TrappedModules } from "./trapped-modules.ts";

/** Lines kept of each kind; older ones are dropped, so that a long run does not fill memory. */
const KEPT_LINES = 50_000;

/** A line in Envoy's default format: `[time][thread][level][component] [file:line] message`. */
const LINE =
  /^\[[^\]]+\]\[\d+\]\[(?<level>\w+)\]\[(?<component>[^\]]+)\] \[(?<place>[^\]]*)\] (?<message>.*)$/s;

const MODULE_LINE = "wasm log";

/** Who wants to see lines as they come. */
export interface LogListeners {
  readonly onLog?: (line: LogLine) => void;
  readonly onOutput?: (line: string) => void;
}

interface Prefix {
  readonly text: string;
  readonly plugin: string;
}

/** Reads what one Envoy prints. */
export class EnvoyLog {
  /** Lines that modules logged, oldest first. */
  readonly logs: LogLine[] = [];
  /** Everything that Envoy printed, oldest first; a message with line feeds is one entry. */
  readonly output: string[] = [];
  /** How many entries `output` has had, dropped ones included. */
  received = 0;
  /** The modules whose backtraces get lines of their sources. */
  readonly modules = new TrappedModules();
  readonly #prefixes: readonly Prefix[];
  readonly #listeners: LogListeners;

  /**
   * @param filters whose names, root ids and vm ids stand before a module's message
   * @param listeners called with each line
   */
  constructor(filters: readonly FilterSpec[], listeners: LogListeners = {}) {
    this.#prefixes = prefixes(filters);
    for (const { wasmPath } of filters) this.modules.add(wasmPath);
    this.#listeners = listeners;
  }

  /** Takes one stream of Envoy's output in pieces. Call the result with each piece, and with nothing at the end. */
  reader(): (chunk?: Uint8Array | string) => void {
    const decoder = new StringDecoder("utf8");
    let rest = "";
    return (chunk) => {
      rest +=
        chunk === undefined
          ? decoder.end()
          : typeof chunk === "string"
            ? chunk
            : decoder.write(Buffer.from(chunk));
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
    const line = this.modules.symbolize(LINE.test(raw) ? unescapeLine(raw) : raw);
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
 * What Envoy puts before a module's message: name, root id and vm id of the plugin, empty ones left out. Before
 * messages from a root context it leaves out the name; these belong to nobody if several plugins share the rest.
 */
function prefixes(filters: readonly FilterSpec[]): readonly Prefix[] {
  const prefix = (...ids: readonly (string | undefined)[]): string =>
    `${[MODULE_LINE, ...ids.filter((id) => id !== undefined && id !== "")].join(" ")}: `;
  const list = filters.map(({ name, rootId, vmId }) => ({ text: prefix(name, rootId, vmId), plugin: name }));
  const roots = filters.map(({ rootId, vmId }) => prefix(rootId, vmId));
  roots.forEach((text, index) => {
    const alone = roots.filter((other) => other === text).length === 1;
    list.push({ text, plugin: alone ? (filters[index]?.name ?? "") : "" });
  });
  return list.sort((a, b) => b.text.length - a.text.length);
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
    const relevant = severe || (groups?.["component"] === "wasm" && message.startsWith(MODULE_LINE));
    // Envoy repeats itself, and quotes the name of the configuration file, which is gone when anybody reads this.
    const text = shortWords(
      message
        .replace(/^error `(.*)`(?= initializing config)/s, "$1")
        .replace(/ initializing config '.*'$/s, ""),
    ).trimEnd();
    if (relevant && text !== messages.at(-1)) messages.push(text);
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
