import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { WORKSPACE } from "../../harness/src/wasm/build.ts";

/** Links of Markdown page `page` (below the workspace) that lead to no file or heading, as `page:line: target`. */
export function brokenLinks(page: string): string[] {
  return lines(page).flatMap((line, index) =>
    [...line.matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = ""]) => target)
      .filter((target) => !/^https?:/.test(target) && !exists(page, target))
      .map((target) => `${page}:${index + 1}: ${target}`),
  );
}

/** A claim of a page, and the test that it names. */
export interface NamedTest {
  readonly place: string;
  readonly file: string;
  readonly title: string;
}

/** The tests that tables of `page` name: `[text](file): "part of the title"`. */
export function namedTests(page: string): NamedTest[] {
  return lines(page).flatMap((line, index) =>
    [...line.matchAll(/\]\(([^)]+\.test\.ts)\): "([^"]+)"/g)].map(([, file = "", title = ""]) => {
      return { place: `${page}:${index + 1}`, file: normalize(join(dirname(page), file)), title };
    }),
  );
}

function exists(page: string, target: string): boolean {
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? page : normalize(join(dirname(page), path));
  if (!existsSync(join(WORKSPACE, file))) return false;
  return anchor === undefined || lines(file).some((line) => anchorOf(line) === anchor);
}

/** The anchor that a heading gets; undefined for other lines. */
function anchorOf(line: string): string | undefined {
  const heading = /^#+ (.*)$/.exec(line)?.[1];
  return heading
    ?.toLowerCase()
    .replace(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");
}

function lines(file: string): string[] {
  return readFileSync(join(WORKSPACE, file), "utf8").split("\n");
}
