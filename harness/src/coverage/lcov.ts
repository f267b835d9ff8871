import { type FileCoverage, shares } from "./report.ts";

/**
 * Coverage in the format of lcov (geninfo(1)): lines as DA, arms of branches as BRDA, numbered from 0 in each file; "-" where a
 * branch was never reached.
 */
export function lcov(files: readonly FileCoverage[]): string {
  return files.map(record).join("");
}

function record(file: FileCoverage): string {
  const { lines, branches } = shares([file]);
  const arms = file.branches.flatMap(({ line, arms: counts }, number) => {
    const isReached = counts.some((count) => count > 0);
    return counts.map((count, arm) => `BRDA:${line},${number},${arm},${isReached ? count : "-"}`);
  });
  return [
    "TN:",
    `SF:${file.file}`,
    ...arms,
    `BRF:${branches.found}`,
    `BRH:${branches.hit}`,
    ...Array.from(file.lines, ([line, count]) => `DA:${line},${count}`),
    `LF:${lines.found}`,
    `LH:${lines.hit}`,
    "end_of_record\n",
  ].join("\n");
}
