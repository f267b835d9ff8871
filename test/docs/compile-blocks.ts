import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import asc from "assemblyscript/asc";
import { WORKSPACE } from "../../harness/src/wasm/build.ts";
import type { CodeBlock } from "./blocks.ts";
import { Unused } from "./unused.ts";
import { usesOf } from "./uses.ts";

type AscOptions = NonNullable<Parameters<typeof asc.main>[1]>;

const FOLDER = "build/test/docs/blocks";
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
  rmSync(join(WORKSPACE, FOLDER), { recursive: true, force: true });
  const entries = blocks.map((block) => writeBlock(block, names));
  const unused = new Unused(entries);
  // The compiler asks of a transform no more than the methods it has.
  const transforms = [unused] as unknown as NonNullable<AscOptions["transforms"]>;
  const stderr = asc.createMemoryStream();
  const { error } = await asc.main(
    [...entries, "--baseDir", WORKSPACE, "--config", "asconfig.json", "--noColors", "--noEmit"],
    { stderr, stdout: asc.createMemoryStream(), transforms },
  );
  const problems = stderr.toString().split(/\n(?=ERROR|WARNING)/);
  if (!error) problems.push(...unused.found);
  return problems.map(original).filter((problem) => problem.trim() !== "");
}

/** Writes `block` to a file of its own, its code in the lines where it was. @returns the file, below the workspace */
function writeBlock({ file, line, code }: CodeBlock, names: readonly string[]): string {
  const entry = `${FOLDER}/${file}.${line}.ts`;
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
function original(text: string): string {
  return text.replaceAll(new RegExp(`${FOLDER}/([^\\s():]+?)\\.\\d+\\.ts`, "g"), "$1");
}
