import { decodedMappings, TraceMap } from "@jridgewell/trace-mapping";
import type { SourceMap } from "../symbols/map-file.ts";

/** A line of a source, counted from 1, and the column where something in it begins, from 0. */
export interface Location {
  readonly source: string;
  readonly line: number;
  readonly column: number;
}

/** A counter of how often code of a line ran. */
export interface LinePoint {
  readonly source: string;
  readonly line: number;
  /** Number of the function that the code is in. */
  readonly function: number;
  readonly counter: number;
}

/** What counts an arm of a branch: a counter, less another one where the arm is what is left. */
export type Arm = readonly [counter: number, less?: number];

/** A place where the flow parts. */
export interface BranchPoint extends Location {
  readonly function: number;
  readonly arms: readonly Arm[];
}

/** The counters of a module, by what they count. */
export interface CoveragePoints {
  readonly counters: number;
  readonly lines: readonly LinePoint[];
  readonly branches: readonly BranchPoint[];
}

/** Where the code of a module comes from: at an offset a location, or null for what the compiler made up. */
export type Locations = ReadonlyMap<number, Location | null>;

/**
 * What the source map of a module says about each offset at which it says something.
 *
 * @param name how a source is called in the report; undefined for one that is left out
 */
export function readLocations(map: SourceMap, name: (source: string) => string | undefined): Locations {
  const names = map.sources.map(name);
  const traced = new TraceMap(map as ConstructorParameters<typeof TraceMap>[0]);
  const locations = new Map<number, Location | null>();
  for (const segment of decodedMappings(traced)[0] ?? []) {
    const [offset, file = -1, line = 0, column = 0] = segment;
    const source = names[file];
    locations.set(offset, source === undefined ? null : { source, line: line + 1, column });
  }
  return locations;
}
