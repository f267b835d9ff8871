/** Coverage of a run of the tests: prepares it, and reports it in the end. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { allSources, coverageTable, filterSources, lcov, readCoverage } from "../../coverage/index.ts";
import { COVERAGE_SOURCES_VARIABLE, COVERAGE_VARIABLE } from "../../model/coverage.ts";
import { HOSTS_VARIABLE } from "../../model/hosts.ts";
import { buildFilters, WORKSPACE } from "../../wasm/build.ts";
import { UsageError } from "./errors.ts";
import { buildEventText } from "./set-up.ts";
import { note, noteColors, print } from "./terminal.ts";

/** Which sources are measured: those of filters, or the SDK's too. */
export type MeasuredSources = "filters" | "all";

const DIRECTORY = join(WORKSPACE, "build", "coverage");
const COUNTS = join(DIRECTORY, "counts");
const REPORT = join(DIRECTORY, "lcov.info");

/**
 * Builds the filters so that lines mean something, and forgets what was counted before.
 *
 * @param hosts what was asked for; only the emulator can count
 * @returns the environment that makes tests count
 * @throws {UsageError} if other hosts than the emulator were asked for
 */
export async function beginCoverage(
  sources: MeasuredSources,
  hosts: string | undefined,
): Promise<NodeJS.ProcessEnv> {
  if (hosts !== undefined && hosts !== "" && hosts !== "emulator")
    throw new UsageError(
      "--coverage counts in the emulator only: use it with --hosts emulator, or without --hosts",
    );
  note(noteColors.dim("coverage: tests run in the emulator only, where lines can be counted; none on Envoy"));
  rmSync(COUNTS, { recursive: true, force: true });
  rmSync(REPORT, { force: true });
  await buildFilters({
    target: "coverage",
    onProgress: (event) => event.state === "built" && note(noteColors.dim(buildEventText(event))),
  });
  return { [COVERAGE_VARIABLE]: COUNTS, [COVERAGE_SOURCES_VARIABLE]: sources, [HOSTS_VARIABLE]: "emulator" };
}

/** Writes `build/coverage/lcov.info` and prints the table. */
export function reportCoverage(sources: MeasuredSources): void {
  if (!existsSync(COUNTS)) return note("coverage: no filter ran in the emulator");
  const { files, stale } = readCoverage(COUNTS, sources === "all" ? allSources : filterSources);
  if (stale > 0) note(`coverage: left out, since they were built again during the run: ${stale} modules`);
  mkdirSync(DIRECTORY, { recursive: true });
  writeFileSync(REPORT, lcov(files));
  for (const line of coverageTable(files)) print(line);
  print();
  note(noteColors.dim(`coverage: written to ${relative(process.cwd(), REPORT)}`));
}
