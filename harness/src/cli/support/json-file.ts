/** Reads a configuration file, and says where it is not JSON. */
import { readFileSync } from "node:fs";
import { errorCode, errorText } from "../../process/exec.ts";
import { CliError } from "./errors.ts";

/**
 * Reads a JSON file as text: numbers, repeated members and escapes stay as they are written, since the filter's own
 * reader is to judge them.
 *
 * @param path the file, as the user named it
 * @throws {CliError} if it is missing, not readable, not UTF-8, or not JSON (with line and column)
 */
export function readJsonText(path: string): string {
  const text = readText(path);
  const flaw = findFlaw(text);
  if (flaw !== undefined)
    throw new CliError(`${path}:${flaw.line}:${flaw.column}: not JSON: ${flaw.problem}`);
  return text.trim();
}

function readText(path: string): string {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: "there is no such file",
      EISDIR: "it is a directory",
      EACCES: "it may not be read",
    };
    throw new CliError(`cannot read ${path}: ${reasons[errorCode(error) ?? ""] ?? errorText(error)}`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new CliError(`${path}: not JSON: it is not UTF-8 text`);
  }
}

/** Where a text stops being JSON; lines and columns count from 1, columns in UTF-16 units. */
export interface Flaw {
  readonly line: number;
  readonly column: number;
  readonly problem: string;
}

const TOKEN =
  /[ \t\r\n]*(?:(?<mark>[[\]{}:,])|(?<string>"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(?<scalar>true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-]))/y;

/**
 * Finds the first place at which a text is not JSON (RFC 8259).
 *
 * @returns undefined if all of it is
 */
export function findFlaw(text: string): Flaw | undefined {
  // For each open bracket its closing one; the expectation is what may come next.
  const open: ("]" | "}")[] = [];
  let expected: "value" | "value or ]" | "name" | "name or }" | "colon" | "more" = "value";
  let at = 0;
  for (;;) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    const space = /[ \t\r\n]*/y;
    space.lastIndex = at;
    const start = at + (space.exec(text)?.[0].length ?? 0);
    const closing = open.at(-1);
    if (expected === "more" && closing === undefined && start === text.length) return undefined;
    if (match === null)
      return flawAt(text, start, start === text.length ? "it ends too early" : describe(text, start));
    const { mark, string } = match.groups ?? {};
    const wrong = (): Flaw =>
      flawAt(text, start, `${wanted(expected, closing)} expected, not ${short(match[0].trim())}`);

    if (mark !== undefined && mark === closing && (expected === "more" || expected.endsWith(mark))) {
      open.pop();
      expected = "more";
    } else if (expected === "more") {
      if (mark !== "," || closing === undefined) return wrong();
      expected = closing === "}" ? "name" : "value";
    } else if (expected === "colon") {
      if (mark !== ":") return wrong();
      expected = "value";
    } else if (expected === "name" || expected === "name or }") {
      if (string === undefined) return wrong();
      expected = "colon";
    } else if (mark === "{" || mark === "[") {
      open.push(mark === "{" ? "}" : "]");
      expected = mark === "{" ? "name or }" : "value or ]";
    } else if (mark !== undefined) {
      return wrong();
    } else {
      expected = "more";
    }
    at = TOKEN.lastIndex;
  }
}

function wanted(expected: string, closing: string | undefined): string {
  if (expected === "more") return closing === undefined ? "the end" : `"," or "${closing}"`;
  return (
    { colon: '":"', name: "a name in quotation marks", "name or }": 'a name in quotation marks, or "}"' }[
      expected
    ] ?? "a value"
  );
}

function describe(text: string, at: number): string {
  const rest = text.slice(at, at + 40);
  if (rest.startsWith('"'))
    return "a string that is not closed on its line, or has an escape that JSON does not know";
  if (rest.startsWith("//") || rest.startsWith("/*") || rest.startsWith("#")) return "JSON has no comments";
  if (rest.startsWith("'")) return "strings stand in double quotation marks";
  if (rest.startsWith("\ufeff")) return "it begins with a byte order mark";
  return `unexpected ${short(/^[\w.+-]+/.exec(rest)?.[0] ?? String.fromCodePoint(rest.codePointAt(0) ?? 0))}`;
}

function short(token: string): string {
  return JSON.stringify(token.length > 20 ? `${token.slice(0, 19)}…` : token);
}

function flawAt(text: string, at: number, problem: string): Flaw {
  const lines = text.slice(0, at).split("\n");
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1, problem };
}
