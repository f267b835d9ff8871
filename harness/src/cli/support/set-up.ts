/** What commands need before they can begin: built filters and an Envoy, with words for each step. */
import { type EnvoyInstallation, type ResolveStep, resolveEnvoy } from "../../envoy/index.ts";
import type { DownloadProgress } from "../../envoy/installation.ts";
import { type BuildEvent, buildFilters, type BuiltFilter, productFilters } from "../../wasm/build.ts";
import { UsageError } from "./errors.ts";
import { nearest } from "../../model/nearest.ts";
import { bytesText, clearProgress, durationText, note, noteColors, progress } from "./terminal.ts";

/** Finds Envoy, fetching it where that is needed; each step is told in one line on standard error. */
export async function findEnvoy(options: { readonly quiet?: boolean } = {}): Promise<EnvoyInstallation> {
  const steps: ResolveStep[] = [];
  const tell = (step: ResolveStep): void => note(noteColors.dim(envoyStepText(step)));
  // An Envoy that is there already is not worth a line when the command is about something else.
  const installation = await resolveEnvoy({
    fetch: true,
    onStep: (step) => (options.quiet === true ? steps.push(step) : tell(step)),
    onProgress: (state) => {
      steps.splice(0).forEach(tell);
      showDownload(state);
    },
  });
  return installation;
}

/** One step of the search for Envoy, in words. */
export function envoyStepText(step: ResolveStep): string {
  const outcome = { used: "taken", skipped: "not there", failed: "not usable" }[step.outcome];
  return `envoy: ${step.name}: ${outcome}: ${step.reason}`;
}

/** Shows how far a download is, on standard error. */
export function showDownload({ phase, file, receivedBytes, totalBytes }: DownloadProgress): void {
  if (phase === "done") return clearProgress();
  const total = totalBytes === undefined ? "" : ` of ${bytesText(totalBytes)}`;
  progress(
    phase === "start"
      ? `envoy: downloads ${file}`
      : `envoy: downloads ${file}: ${bytesText(receivedBytes)}${total}`,
  );
}

/** Compiles filters where their sources have changed; each compilation is told in one line on standard error. */
export async function buildQuietly(filters: readonly string[]): Promise<BuiltFilter[]> {
  return buildFilters({
    filters,
    onProgress: (event) => {
      if (event.state === "building") progress(buildEventText(event));
      if (event.state === "built") note(noteColors.dim(buildEventText(event)));
      if (event.warnings) note(event.warnings);
    },
  });
}

/** One step of a build, in words. */
export function buildEventText({ filter, state, milliseconds, bytes }: BuildEvent): string {
  if (state === "building") return `build: ${filter}: compiles`;
  const size = bytes === undefined ? "" : `, ${bytesText(bytes)}`;
  const time = milliseconds === undefined ? "" : ` in ${durationText(milliseconds)}`;
  return `build: ${filter}: ${state === "built" ? `compiled${time}` : "up to date"}${size}`;
}

/**
 * Makes sure that a filter exists.
 *
 * @throws {UsageError} with the filters there are, and the one that was probably meant
 */
export function requireFilter(name: string): string {
  const known = productFilters();
  if (known.includes(name)) return name;
  const meant = nearest(name, known);
  const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
  throw new UsageError(`there is no filter "${name}".${hint} There are: ${known.join(", ")}`);
}
