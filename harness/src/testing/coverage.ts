import { allSources, CoverageCollector, filterSources } from "../coverage/index.ts";
import { COVERAGE_SOURCES_VARIABLE, COVERAGE_VARIABLE } from "../model/coverage.ts";
import type { Target } from "../wasm/build.ts";

const directory = process.env[COVERAGE_VARIABLE];
const sources = process.env[COVERAGE_SOURCES_VARIABLE] === "all" ? allSources : filterSources;

/** Counts what runs in this process's emulators; undefined where nobody has asked for it. */
export const coverage = directory ? new CoverageCollector(directory, sources) : undefined;

/** The target that filters under test are built for. */
export const targetUnderTest: Target = coverage ? "coverage" : "release";
