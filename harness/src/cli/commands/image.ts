/** `sidecraft image`: container images where none can be pulled. */
import { Argument, type Command } from "commander";
import {
  buildImage,
  IMAGE_NAMES,
  type ImageName,
  type ImageProgress,
  requireImages,
} from "../../images/index.ts";
import { withCommon } from "../support/common-options.ts";
import { EXIT, explain, type SetExitCode } from "../support/errors.ts";
import {
  clearProgress,
  durationText,
  note,
  noteColors,
  print,
  printJson,
  progress,
} from "../support/terminal.ts";

const TICK_MS = 1000;

interface Options {
  readonly json?: boolean;
}

/** Adds the commands. */
export function addImage(program: Command, setExitCode: SetExitCode): void {
  const image = program
    .command("image")
    .summary("make container images where none can be pulled")
    .description("Makes the container images of docker-compose.yml where none can be pulled.");
  const build = image
    .command("build")
    .description(
      "Makes images in the local Docker engine out of what package registries offer: Envoy and Node as this machine has\n" +
        "them, Redis and Prometheus from Debian packages, the rate-limit service with Go, the identity provider from npm.\n" +
        "Prints a line VARIABLE=image for each, as `docker compose --env-file` reads them. An image that was made of the\n" +
        "same is left as it is.",
    )
    .addArgument(new Argument("[image...]", "which ones (default: all)").choices(IMAGE_NAMES))
    .option("--json", "print one JSON object per image")
    .action(async (names: readonly ImageName[], options: Options) =>
      setExitCode(await buildAll(names.length > 0 ? [...new Set(names)] : IMAGE_NAMES, options)),
    );
  withCommon(build, [
    ["sidecraft image build", "all images"],
    ["sidecraft image build envoy node", "those of the stack's default profile"],
    ["sidecraft image build > build/images.env", "for docker compose --env-file build/images.env up"],
  ]);
}

/** Makes one after the other; one that cannot be made does not keep the others from being made. */
async function buildAll(names: readonly ImageName[], { json }: Options): Promise<number> {
  await requireImages();
  let exitCode: number = EXIT.ok;
  for (const name of names) {
    const started = performance.now();
    const ticking = setInterval(
      () => progress(`image: ${name}: builds, ${durationText(performance.now() - started)}`),
      TICK_MS,
    );
    try {
      const built = await buildImage(name, tell);
      if (json === true) printJson(built);
      else print(`${built.variable}=${built.image}`);
    } catch (error) {
      const { message } = explain(error);
      clearProgress();
      if (json === true) printJson({ name, error: message });
      note(`${noteColors.red("sidecraft:")} image ${name}: ${message}`);
      exitCode = EXIT.failed;
    } finally {
      clearInterval(ticking);
    }
  }
  return exitCode;
}

function tell({ name, state, image, milliseconds = 0 }: ImageProgress): void {
  if (state === "building") return;
  const how = state === "built" ? `built in ${durationText(milliseconds)}` : "up to date";
  note(noteColors.dim(`image: ${name}: ${how}: ${image}`));
}
