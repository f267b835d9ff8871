import { readFileSync } from "node:fs";
import { codeDigest } from "../symbols/map-file.ts";
import { instrumentModule, readCounts } from "./collector.ts";
import type { Arm, CoveragePoints } from "./points.ts";
import type { NameSource } from "./sources.ts";

/** How often each arm of a branch was taken. */
export interface BranchCount {
  readonly line: number;
  readonly column: number;
  readonly arms: readonly number[];
}

/** What ran of one source. */
export interface FileCoverage {
  readonly file: string;
  /** Lines that can run, ascending, and how often each did. */
  readonly lines: ReadonlyMap<number, number>;
  readonly branches: readonly BranchCount[];
}

/** Counts of a module with what they count. */
export interface Counted {
  readonly points: CoveragePoints;
  readonly counts: readonly number[];
}

/**
 * What a run has left in `directory`, as coverage of sources. Counts of modules that were built again since are left
 * out; `stale` tells how many.
 */
export function readCoverage(
  directory: string,
  name: NameSource,
): { readonly files: readonly FileCoverage[]; readonly stale: number } {
  const counted: Counted[] = [];
  let stale = 0;
  for (const { wasmPath, digest, counts } of readCounts(directory)) {
    const module = readFileSync(wasmPath);
    const points = codeDigest(module) === digest && instrumentModule(wasmPath, module, name)?.points;
    if (points) counted.push({ points, counts });
    else stale++;
  }
  return { files: mergeCoverage(counted), stale };
}

/**
 * Adds up what modules counted, by file.
 *
 * A line of a function ran as often as that of its parts which ran most often; functions that come from the same source,
 * such as the instances of a generic one, add up, and so do modules.
 */
export function mergeCoverage(modules: readonly Counted[]): FileCoverage[] {
  const files = new Map<string, { lines: Map<number, number>; branches: Map<string, BranchCount> }>();
  const fileOf = (source: string): { lines: Map<number, number>; branches: Map<string, BranchCount> } => {
    const file = files.get(source) ?? { lines: new Map(), branches: new Map() };
    files.set(source, file);
    return file;
  };
  for (const { points, counts } of modules) {
    for (const { source, line, count } of linesOfFunctions(points, counts)) {
      const { lines } = fileOf(source);
      lines.set(line, (lines.get(line) ?? 0) + count);
    }
    for (const { source, key, branch } of branchesOfFunctions(points, counts)) {
      const { branches } = fileOf(source);
      const before = branches.get(key)?.arms;
      branches.set(key, { ...branch, arms: branch.arms.map((count, arm) => count + (before?.[arm] ?? 0)) });
    }
  }
  return [...files]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, { lines, branches }]) => ({
      file,
      lines: new Map([...lines].sort(([a], [b]) => a - b)),
      branches: [...branches.values()].sort((a, b) => a.line - b.line || a.column - b.column),
    }));
}

interface LineCount {
  readonly source: string;
  readonly line: number;
  count: number;
}

function linesOfFunctions({ lines }: CoveragePoints, counts: readonly number[]): Iterable<LineCount> {
  const found = new Map<string, LineCount>();
  for (const { source, line, function: index, counter } of lines) {
    const key = `${index} ${line} ${source}`;
    const count = counts[counter] ?? 0;
    const known = found.get(key);
    if (known) known.count = Math.max(known.count, count);
    else found.set(key, { source, line, count });
  }
  return found.values();
}

/** The branches with keys that are the same in each function that comes from the same source. */
function* branchesOfFunctions(
  { branches }: CoveragePoints,
  counts: readonly number[],
): Iterable<{ source: string; key: string; branch: BranchCount }> {
  const seen = new Map<string, number>();
  const value = ([counter, less]: Arm): number =>
    (counts[counter] ?? 0) - (less === undefined ? 0 : (counts[less] ?? 0));
  for (const { source, line, column, function: index, arms } of branches) {
    // Several branches may come from one place, as the conditions of a chain do.
    const place = `${line}:${column} ${arms.length}`;
    const inFunction = `${index} ${place} ${source}`;
    const number = seen.get(inFunction) ?? 0;
    seen.set(inFunction, number + 1);
    yield { source, key: `${place} ${number}`, branch: { line, column, arms: arms.map(value) } };
  }
}

/** How much of something ran. */
export interface Share {
  readonly found: number;
  readonly hit: number;
}

/** How many lines and arms of branches the files have, and how many of them ran. */
export function shares(files: readonly FileCoverage[]): { readonly lines: Share; readonly branches: Share } {
  const lines = files.flatMap((file) => [...file.lines.values()]);
  const arms = files.flatMap((file) => file.branches.flatMap((branch) => branch.arms));
  const share = (counts: readonly number[]): Share => {
    return { found: counts.length, hit: counts.filter((count) => count > 0).length };
  };
  return { lines: share(lines), branches: share(arms) };
}
