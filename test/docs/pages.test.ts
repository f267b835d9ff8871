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
const PAGES = ["README.md", "CONTRIBUTING.md", "docs/host-differences.md", ...GUIDE_PAGES];
const NAMES = publicNames().map(({ name }) => name);

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
