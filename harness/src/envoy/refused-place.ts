/** Which line of a configuration Envoy means when it refuses it. */
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from "yaml";

/** Lines shown before and after the one that is meant. */
const AROUND = 2;
const LONGEST_LINE = 160;

/**
 * Makes Envoy's words shorter: without the configuration that it repeats in them, without the blanks that protobuf
 * strews into its messages so that nobody relies on their form, a chain of failed constraints as one path.
 */
export function shortWords(words: string): string {
  const constraint = /Proto constraint validation failed \((.*)\)/s.exec(words)?.[1];
  if (constraint !== undefined) return `Proto constraint validation failed (${chainAsPath(constraint)})`;
  if (!words.includes("INVALID_ARGUMENT")) return words;
  return words.replace(/: \{\n.*$/s, "").replace(/ {2,}/g, " ");
}

/** `AValidationError.OneField: embedded message failed validation | caused by BValidationError.Two: why` as `A.one_field.two: why`. */
function chainAsPath(chain: string): string {
  const links = [...chain.matchAll(/(\w+)ValidationError\.(\w+(?:\[[^\]]*\])?): /g)];
  const last = links.at(-1);
  if (last === undefined) return chain;
  const fields = links.map(([, , field = ""]) => field.replace(/(?<=[a-z\d])(?=[A-Z])/g, "_").toLowerCase());
  return `${links[0]?.[1]}.${fields.join(".")}: ${chain.slice(last.index + last[0].length)}`;
}

/**
 * Finds the place that Envoy's words name, by the path in them, or else by a name or value that they quote and that
 * stands in the configuration.
 *
 * @param words what Envoy says, from {@link shortWords}
 * @param config the text of the configuration, JSON or YAML
 * @returns a line that says where, and the lines around it; none if the words name no place
 */
export function refusedPlace(words: string, config: string): readonly string[] {
  const lines = new LineCounter();
  const document = parseDocument(config, { lineCounter: lines });
  const offset = placeByPath(words, document.contents) ?? placeByQuote(words, document.contents);
  if (offset === undefined) return [];
  return excerpt(config, lines.linePos(offset).line);
}

function excerpt(config: string, line: number): string[] {
  const first = Math.max(1, line - AROUND);
  const shown = config.split("\n").slice(first - 1, line + AROUND);
  const width = String(first + shown.length).length;
  return [
    `line ${line} of its configuration:`,
    ...shown.map((text, index) => {
      const number = first + index;
      const cut = text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE)}…` : text;
      return `${number === line ? ">" : " "} ${String(number).padStart(width)} | ${cut}`;
    }),
  ];
}

type Path = readonly (string | number)[];

/** `@ static_resources.listeners[0]...` and the field that is unknown there, or the path of a constraint. */
function placeByPath(words: string, root: Node | null): number | undefined {
  const unknown = /no such field: '([^']+)'/.exec(words)?.[1];
  const located = / @ ([\w.[\]<>"]+)/.exec(words)?.[1];
  if (located !== undefined || unknown !== undefined) {
    const path = keysOf(located ?? "");
    return (unknown === undefined ? undefined : offsetOf(root, [...path, unknown])) ?? offsetOf(root, path);
  }
  const [, message = "", field] = /constraint validation failed \((\w+)\.([\w.[\]]+): /.exec(words) ?? [];
  if (field === undefined) return undefined;
  const path = keysOf(field);
  return message === "Bootstrap" ? offsetOf(root, path) : offsetInMessage(root, message, path);
}

function keysOf(path: string): Path {
  return [...path.matchAll(/([\w-]+)|<any>|"([^"]*)"/g)].flatMap(([whole, word, quoted]) =>
    whole === "<any>" ? [] : [/^\d+$/.test(word ?? "") ? Number(word) : (word ?? quoted ?? "")],
  );
}

/** Where the key or the item begins at which a path ends. */
function offsetOf(node: unknown, path: Path): number | undefined {
  let at: unknown = node;
  let offset: number | undefined;
  for (const key of path) {
    if (isMap(at)) {
      const pair = at.items.find((item) => String(item.key) === String(key));
      if (pair === undefined) return undefined;
      offset = (pair.key as Node).range?.[0];
      at = pair.value;
    } else if (isSeq(at) && typeof key === "number") {
      at = at.items[key];
      offset = (at as Node | undefined)?.range?.[0];
    } else return undefined;
  }
  return offset;
}

/** The same in the first message of a type; where its type stands, if it lacks the field. */
function offsetInMessage(root: Node | null, message: string, path: Path): number | undefined {
  let found: number | undefined;
  visit(root, {
    Map(_key, map) {
      if (!String(map.get("@type")).endsWith(`.${message}`)) return undefined;
      found = offsetOf(map, path) ?? offsetOf(map, ["@type"]);
      return visit.BREAK;
    },
  });
  return found;
}

/** The last of the names that Envoy quotes is the most particular one. */
function placeByQuote(words: string, root: Node | null): number | undefined {
  const quoted = [
    ...words.matchAll(/'([^']+)'|(?:named|plugin|path:|in route) ([^\s'`"]+)|address: (.+)/gi),
  ].map((match) => match.slice(1).find((name) => name !== undefined) ?? "");
  for (const name of quoted.reverse()) {
    const place = lastPlace(root, name);
    if (place !== undefined) return place;
  }
  return undefined;
}

/** The last place of a value, of two of the same name the one that was refused; best where it is a name. */
function lastPlace(root: Node | null, value: string): number | undefined {
  let any: number | undefined;
  let asName: number | undefined;
  visit(root, {
    Pair(_key, { key, value: node }) {
      if (!isScalar(node) || node.value !== value) return;
      any = node.range?.[0];
      if (isScalar(key) && key.value === "name") asName = any;
    },
  });
  return asName ?? any;
}
