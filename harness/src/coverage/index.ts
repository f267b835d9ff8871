/** Which lines and branches of AssemblyScript sources ran. */
export { CoverageCollector, type CoverageSession } from "./collector.ts";
export { lcov } from "./lcov.ts";
export { readCoverage, type FileCoverage } from "./report.ts";
export { allSources, filterSources, type NameSource } from "./sources.ts";
export { coverageTable } from "./table.ts";
