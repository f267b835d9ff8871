import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { WORKSPACE } from "../../harness/src/wasm/build.ts";
import { type CodeBlock, codeBlocks } from "./blocks.ts";
import { compileBlocks } from "./compile-blocks.ts";
import { publicNames } from "./public-names.ts";

const NAMES = publicNames();
const PAGES = readdirSync(join(WORKSPACE, "docs"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".md"))
  .map((file) => `docs/${file}`)
  .concat("sdk-shim/README.md");

describe("Public names of the SDK", () => {
  it("all have a docstring", () => {
    const bare = NAMES.filter(({ text }) => text === "");
    expect(bare.map(({ name, file, line }) => `${file}:${line}: ${name}`)).toEqual([]);
  });

  it("all have an example", () => {
    const without = NAMES.filter(({ examples }) => examples.length === 0);
    expect(without.map(({ name, file, line }) => `${file}:${line}: ${name}`)).toEqual([]);
  });
});

/** AssemblyScript is marked `ts`, or `ts path`; what is to be refused and tests (TypeScript) are marked as such. */
function isAssemblyScript({ info }: CodeBlock): boolean {
  return /^ts( \S+\.ts)?$/.test(info) && !info.endsWith(".test.ts");
}

const compile = (blocks: readonly CodeBlock[]): Promise<string[]> =>
  compileBlocks(
    blocks,
    NAMES.map(({ name }) => name),
  );

describe("AssemblyScript in the docs", () => {
  it("compiles: examples of public names", async () => {
    const blocks = NAMES.flatMap(({ examples, memberExamples }) => [...examples, ...memberExamples]);
    expect(await compile(blocks)).toEqual([]);
  });

  it("compiles: pages", async () => {
    const blocks = PAGES.flatMap((page) => codeBlocks(page)).filter(isAssemblyScript);
    expect(await compile(blocks)).toEqual([]);
  });

  it("is found wrong where it is, and also where nothing uses it", async () => {
    const file = "docs/page.md";
    const wrong: CodeBlock = { file, line: 7, info: "ts", code: "const n: i32 = Bytes.of(1).length;\n" };
    expect((await compile([wrong])).join()).toContain(`in ${file}(8,`);
    const plugin = "class Whole extends Plugin {}\nregisterPlugin(() => new Whole());\n";
    const code = `class Idle {\n  method(): i32 {\n    return nobody;\n  }\n}\n${plugin}`;
    expect((await compile([{ file, line: 1, info: "ts", code }])).join()).toContain(
      `${file}(3,3): nothing uses`,
    );
  });
});
