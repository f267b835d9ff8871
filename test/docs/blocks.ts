import { readFileSync } from "node:fs";
import { join } from "node:path";
import { WORKSPACE } from "../../harness/src/wasm/build.ts";

/** A fenced block of code in a text of the project. */
export interface CodeBlock {
  /** Path of the file below the workspace. */
  readonly file: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
  /** What follows the fence: `ts`, `ts test`, `json`. */
  readonly info: string;
  /** The code, indented as far as it is in the file, so that columns are the same. */
  readonly code: string;
}

const FENCE = /^(?<margin>[ *]*?)```(?<info>[^`]*)$/;

/**
 * The fenced blocks in lines `first` to `last` (from 1) of `file`, a Markdown page or a source file with the fences in
 * its comments. A fence that nothing closes is an error.
 */
export function codeBlocks(file: string, first = 1, last = Infinity): CodeBlock[] {
  const lines = linesOf(file);
  const blocks: CodeBlock[] = [];
  let open: { line: number; info: string } | undefined;
  for (let line = first; line <= Math.min(last, lines.length); line++) {
    const info = FENCE.exec(lines[line - 1] ?? "")?.groups?.["info"];
    if (open && info === "") {
      blocks.push({ file, ...open, code: code(lines.slice(open.line, line - 1)) });
      open = undefined;
    } else if (!open && info) {
      open = { line, info: info.trim() };
    }
  }
  if (open) throw new Error(`${file}:${open.line}: a block of code that does not end`);
  return blocks;
}

/** The code of an `@example` tag in line `first` of `file` that goes on until line `last`: in fences, or bare. */
export function exampleBlocks(file: string, first: number, last: number): CodeBlock[] {
  const fenced = codeBlocks(file, first, last);
  const bare = code(linesOf(file).slice(first, last));
  if (fenced.length > 0 || bare.trim() === "") return fenced;
  return [{ file, line: first, info: "ts", code: bare }];
}

function linesOf(file: string): string[] {
  return readFileSync(join(WORKSPACE, file), "utf8").split("\n");
}

/** `lines` with blanks in the place of a comment's margin. */
function code(lines: readonly string[]): string {
  const bare = lines.map((line) => line.replace(/^ *\*(?= |$)/, (margin) => " ".repeat(margin.length)));
  return `${bare.join("\n")}\n`;
}
