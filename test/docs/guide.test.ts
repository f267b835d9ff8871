import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import { describeHosts } from "../../harness/src/testing/index.ts";
import { WORKSPACE } from "../../harness/src/wasm/build.ts";
import { type CodeBlock, codeBlocks } from "./blocks.ts";

const FOLDER = "build/test/docs/guide";

function write(file: string, content: string): string {
  const path = join(WORKSPACE, FOLDER, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return `${FOLDER}/${file}`;
}

/** The first block of `page` that `isWanted`. */
function block(page: string, isWanted: (block: CodeBlock) => boolean): CodeBlock {
  const found = codeBlocks(`docs/guide/${page}.md`).find(isWanted);
  if (!found) throw new Error(`docs/guide/${page}.md has no such block`);
  return found;
}

// The tests of these pages run as they stand there, with the filters of the same pages or of another.
for (const [page, filterPage] of [
  ["first-filter", "first-filter"],
  ["testing", "testing"],
  ["exchanges", "testing"],
] as const) {
  const filter = block(filterPage, ({ info }) => /^ts \S*filter\.ts$/.test(info));
  const entry = write(`${page}/filter.ts`, filter.code);
  const { code } = block(page, ({ info }) => info.endsWith(".test.ts"));
  const test = code
    .replace("../../harness/", join(WORKSPACE, "harness/"))
    .replace('filter: "tenant"', `filter: "${entry}", name: "tenant"`);
  await import(join(WORKSPACE, write(`${page}/tenant.test.ts`, test)));
}

const ACCESS = block("configuration", ({ code }) => code.includes("class AccessPlugin"));
const IMPORT = 'import { Bytes, ConfigReader, Plugin, registerPlugin } from "proxy-wasm-as-sdk";\n';
const entry = write("configuration/filter.ts", IMPORT + ACCESS.code);
const GOOD = { mode: "observe", paths: ["/a"], token: "t" };

describeHosts(
  "docs/guide/configuration.md",
  { filters: [{ filter: entry, name: "access", config: GOOD }] },
  ({ it, host }) => {
    it("refuses what the page says, in its words", async () => {
      const config = { mode: "enforced", patience: "5 minutes", pahts: [] };
      expect((await host.updateFilter("access", config)).accepted).toBe(false);
      const lines = [...new Set(host.logs.map(({ message }) => message))];
      expect(lines.filter((line) => line.startsWith("configuration refused: "))).toHaveLength(4);
      expect(lines).toContain(
        'configuration refused: /pahts: saw an unknown key, expected a known one (did you mean "paths"?)',
      );
    });
  },
);
