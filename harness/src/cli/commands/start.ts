/** `sidecraft start`: the demo. */
import { mkdirSync } from "node:fs";
import type { Command } from "commander";
import { type DemoEvent, startDemo } from "../../demo/index.ts";
import { type EnvoyExit, EnvoyStartError, type RunningEnvoy } from "../../envoy/index.ts";
import { errorText } from "../../process/exec.ts";
import { withCommon } from "../support/common-options.ts";
import { tellDemo } from "../support/demo-words.ts";
import { CliError, EXIT, explain, type SetExitCode, UsageError } from "../support/errors.ts";
import { Interruption } from "../support/interruption.ts";
import { portOption } from "../support/port-option.ts";
import { note, print, printJson } from "../support/terminal.ts";

interface Options {
  readonly port: number;
  readonly adminPort: number;
  readonly once?: boolean;
  readonly tap?: string;
  readonly json?: boolean;
}

/** Adds the command. */
export function addStart(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command("start")
    .summary("run the demo: four filters in a real Envoy, and a tour of requests")
    .description(
      "Finds or fetches Envoy, builds the four filters, starts Envoy with them in front of two demo upstreams\n" +
        "(stable and canary), sends a tour of real requests through it, and stays up until Ctrl-C.",
    )
    .addOption(portOption("-p, --port <port>", "port of the proxy", "SIDECRAFT_PORT", 10_000))
    .addOption(
      portOption("--admin-port <port>", "port of Envoy's admin interface", "SIDECRAFT_ADMIN_PORT", 9901),
    )
    .option("--once", "end after the tour; exit code 0 only if every request came back as it should")
    .option("--tap <directory>", "write what is seen of each request, for `sidecraft record`")
    .option("--json", "print one JSON object per step")
    .action(async (options: Options) => setExitCode(await start(options)));
  withCommon(command, [
    ["sidecraft start", "on port 10000, admin on 9901"],
    ["sidecraft start --once", "ends after the tour"],
    ["sidecraft start --port 0 --admin-port 0", "on free ports"],
    ["sidecraft start --once --json | jq .step", "for programs"],
  ]);
}

async function start(options: Options): Promise<number> {
  const { port, adminPort, json } = options;
  if (port === adminPort && port !== 0) throw new UsageError("--port and --admin-port must differ");
  try {
    return await run(options);
  } catch (thrown) {
    const error = explainPort(thrown, adminPort);
    if (json === true) printJson({ step: "error", message: explain(error).message });
    throw error;
  }
}

async function run({ port, adminPort, once, tap, json }: Options): Promise<number> {
  if (tap !== undefined) makeDirectory(tap);
  using interruption = new Interruption();
  const onEvent = json === true ? tellJson : tellDemo;
  await using demo = await startDemo({ port, adminPort, onEvent, ...(tap !== undefined && { tap }) });
  const fine = await Promise.race([demo.tour(), demo.envoy.exited]);
  if (typeof fine === "object") throw endedByItself(demo.envoy, fine);
  if (once === true) return fine ? EXIT.ok : EXIT.failed;

  demo.announce();
  interruption.endGently();
  const end = await Promise.race([interruption.came, demo.envoy.exited]);
  if (typeof end === "object") throw endedByItself(demo.envoy, end);
  if (json !== true) print(`\n${end}: ends Envoy and the upstreams.`);
  return EXIT.ok;
}

function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new CliError(`cannot make the directory ${path}: ${errorText(error)}`);
  }
}

/** Names the option that chooses another port, where a port is what is wrong. */
function explainPort(error: unknown, adminPort: number): unknown {
  if (!(error instanceof EnvoyStartError) || error.failure.kind !== "port-taken") return error;
  const { port } = error.failure;
  const flag = port === adminPort ? "--admin-port" : "--port";
  return new CliError(
    `port ${port} is taken by another program: stop that program, or choose another port with ${flag} (0 takes a free one)`,
  );
}

function endedByItself({ output }: RunningEnvoy, { status }: EnvoyExit): CliError {
  const last = output.slice(-10).map((line) => `  ${line}`);
  return new CliError(
    [`Envoy ended by itself (status ${status ?? "unknown"}); its last words:`, ...last].join("\n"),
  );
}

function tellJson(event: DemoEvent): void {
  if (event.step !== "download") printJson(event);
  else if (event.phase === "start") note(`downloads ${event.file}`);
}
