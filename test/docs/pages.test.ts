import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { WORKSPACE } from "../../harness/src/wasm/build.ts";
import { codeBlocks } from "./blocks.ts";
import { compileBlocks } from "./compile-blocks.ts";
import { brokenLinks, namedTests } from "./links.ts";
import { publicNames } from "./public-names.ts";

const GUIDE = "docs/guide";
const GUIDE_PAGES = readdirSync(join(WORKSPACE, GUIDE)).map((file) => `${GUIDE}/${file}`);
const PAGES = [
  "README.md",
  "CONTRIBUTING.md",
  "docs/containers.md",
  "docs/host-differences.md",
  ...GUIDE_PAGES,
];
const PUBLIC = publicNames();
const NAMES = PUBLIC.map(({ name }) => name);

describe("Pages", () => {
  it("lead to files and headings that are there", () => {
    expect(PAGES.flatMap(brokenLinks)).toEqual([]);
  });

  it("of the guide are all reached from its first page", () => {
    const index = readFileSync(join(WORKSPACE, GUIDE, "README.md"), "utf8");
    const missing = GUIDE_PAGES.filter((page) => !page.endsWith("README.md")).filter(
      (page) => !index.includes(`(${page.slice(GUIDE.length + 1)})`),
    );
    expect(missing).toEqual([]);
  });

  it("name tests that are there", () => {
    const named = GUIDE_PAGES.flatMap(namedTests);
    expect(named.length).toBeGreaterThan(0);
    const missing = named.filter(({ file, title }) => {
      return !readFileSync(join(WORKSPACE, file), "utf8").includes(title);
    });
    expect(missing).toEqual([]);
  });
});

describe("The page for those who come from other SDKs", () => {
  /** Names of the language and of the reader's own classes. */
  const OTHERS = ["MyPlugin", "Root", "console", "name", "null"];

  it("names in its second column only what the SDK has", () => {
    const known = new Set([...OTHERS, ...NAMES, ...PUBLIC.flatMap(({ members }) => members)]);
    const rows = readFileSync(join(WORKSPACE, GUIDE, "moving.md"), "utf8").matchAll(
      /^\|[^|]+\|((?:[^|]|\\\|)+)\|/gm,
    );
    const code = [...rows].flatMap(([, cell = ""]) =>
      [...cell.matchAll(/`([^`]+)`/g)].map(([, span = ""]) => span),
    );
    // Calls, members, and what stands alone; the rest are arguments.
    const used = code.flatMap((span) => [
      ...[...span.matchAll(/(\w+)\(|new (\w+)|\.([a-z]\w+)/g)].map(
        (match) => match[1] ?? match[2] ?? match[3],
      ),
      ...(/^\w+$/.test(span) ? [span] : []),
    ]);
    expect(used.length).toBeGreaterThan(50);
    expect(used.filter((name) => name && !known.has(name))).toEqual([]);
  });
});

describe("What the guide says does not compile", () => {
  const refused = GUIDE_PAGES.flatMap((page) => codeBlocks(page)).filter(({ info }) =>
    info.startsWith("ts refused "),
  );

  for (const block of refused) {
    const reason = block.info.slice("ts refused ".length);
    it(`does not: ${block.file}:${block.line} (${reason})`, async () => {
      const problems = await compileBlocks([block], NAMES);
      expect(problems.join("\n")).toContain(reason);
      expect(problems.join("\n")).toContain(`in ${block.file}(`);
    });
  }
});
