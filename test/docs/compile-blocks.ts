import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import asc from "assemblyscript/asc";
import { WORKSPACE } from "../../harness/src/wasm/build.ts";
import type { CodeBlock } from "./blocks.ts";
import { Unused } from "./unused.ts";
import { usesOf } from "./uses.ts";

type AscOptions = NonNullable<Parameters<typeof asc.main>[1]>;

const FOLDER = "build/test/docs";
const SDK = "proxy-wasm-as-sdk";

/**
 * Compiles AssemblyScript `blocks` together, with the options that filters have. A block without an import of the SDK
 * gets one of all its public names (`names`).
 *
 * @returns what is wrong, one text for each error, with file, line and column of the original; none when all compile
 */
export async function compileBlocks(
  blocks: readonly CodeBlock[],
  names: readonly string[],
): Promise<string[]> {
  if (blocks.length === 0) return [];
  mkdirSync(join(WORKSPACE, FOLDER), { recursive: true });
  // Several test files compile at the same time.
  const folder = mkdtempSync(join(WORKSPACE, FOLDER, "blocks-"));
  try {
    const place = relative(WORKSPACE, folder);
    const problems = await compile(blocks.map((block) => writeBlock(place, block, names)));
    return problems.map((problem) => original(place, problem)).filter((problem) => problem.trim() !== "");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compile(entries: readonly string[]): Promise<string[]> {
  const unused = new Unused(entries);
  // The compiler asks of a transform no more than the methods it has.
  const transforms = [unused] as unknown as NonNullable<AscOptions["transforms"]>;
  const stderr = asc.createMemoryStream();
  const { error } = await asc.main(
    [...entries, "--baseDir", WORKSPACE, "--config", "asconfig.json", "--noColors", "--noEmit"],
    { stderr, stdout: asc.createMemoryStream(), transforms },
  );
  const problems = stderr.toString().split(/\n(?=ERROR|WARNING)/);
  return error ? problems : [...problems, ...unused.found];
}

/** Writes `block` to a file in `folder`, its code in the lines where it was. @returns the file, below the workspace */
function writeBlock(folder: string, { file, line, code }: CodeBlock, names: readonly string[]): string {
  const entry = `${folder}/${file}.${line}.ts`;
  const isComplete = code.includes(`from "${SDK}"`);
  const fence = isComplete ? "" : `import { ${names.join(", ")} } from "${SDK}";`;
  const told = tellApart(code, `${file}:${line}`);
  mkdirSync(dirname(join(WORKSPACE, entry)), { recursive: true });
  writeFileSync(join(WORKSPACE, entry), `${"\n".repeat(line - 1)}${fence}\n${told}${usesOf(code)}`);
  return entry;
}

/** A module has one plugin for a root_id, this one has many: those without one get their place for it. */
function tellApart(code: string, place: string): string {
  return code.replace(/(registerPlugin\(\(\) => new \w+\(\))\)/g, `$1, "${place}")`);
}

/** `text` of the compiler with the places where the code came from. */
function original(folder: string, text: string): string {
  return text.replaceAll(new RegExp(`${folder}/([^\\s():]+?)\\.\\d+\\.ts`, "g"), "$1");
}
