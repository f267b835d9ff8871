import { type FileCoverage, type Share, shares } from "./report.ts";

/** Coverage as a table for people, a file a line: `File | % Lines | % Branch | Uncovered lines`. */
export function coverageTable(files: readonly FileCoverage[]): string[] {
  const rows = files.map((file) => [` ${file.file}`, ...percentages([file]), uncoveredLines(file)] as const);
  const all = ["All files", ...percentages(files), ""] as const;
  const head = ["File", "% Lines", "% Branch", "Uncovered lines"] as const;
  const table = [head, all, ...rows];
  const widths = head.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const line = ([file, lines, branches, uncovered]: readonly string[]): string => {
    const [name = 0, first = 0, second = 0] = widths;
    return [file?.padEnd(name), lines?.padStart(first), branches?.padStart(second), uncovered]
      .join(" | ")
      .trimEnd();
  };
  const rule = widths.map((width) => "-".repeat(width)).join("-|-");
  return [line(head), rule, line(all), ...rows.map(line)];
}

function percentages(files: readonly FileCoverage[]): [string, string] {
  const { lines, branches } = shares(files);
  return [percent(lines), percent(branches)];
}

/** Never rounded up: 100 means all. Of nothing everything ran. */
function percent({ found, hit }: Share): string {
  return found === 0 ? "100" : String(Math.floor((hit / found) * 10_000) / 100);
}

/** `3,8-12`: lines that did not run, together where nothing between them did. */
function uncoveredLines({ lines }: FileCoverage): string {
  const ranges: [first: number, last: number][] = [];
  let isOpen = false;
  for (const [line, count] of lines) {
    const last = ranges.at(-1);
    if (count > 0) isOpen = false;
    else if (isOpen && last) last[1] = line;
    else {
      ranges.push([line, line]);
      isOpen = true;
    }
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(",");
}
