/** `sidecraft doctor`: what this machine has and lacks. */
import type { Command } from "commander";
import { withCommon } from "../support/common-options.ts";
import { EXIT, type SetExitCode } from "../support/errors.ts";
import { examine, type Finding } from "../support/health.ts";
import { colors, print, printJson } from "../support/terminal.ts";

interface Options {
  readonly json?: boolean;
}

/** Adds the command. */
export function addDoctor(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command("doctor")
    .summary("look at what this machine has and lacks")
    .description(
      "Looks at Node, the compiler, every place where an Envoy can be, pip, Docker and the ports; changes nothing.",
    )
    .option("--json", "print one JSON object per finding")
    .action(async (options: Options) => setExitCode(await doctor(options)));
  withCommon(command, [
    ["sidecraft doctor", "exit code 1 if something that is needed is not there"],
    ["sidecraft doctor --json", "for programs: {what, state, detail}"],
  ]);
}

async function doctor({ json }: Options): Promise<number> {
  const findings = await examine();
  const width = Math.max(...findings.map(({ what }) => what.length));
  for (const finding of findings) {
    if (json === true) printJson(finding);
    else print(`${stateText(finding.state)}  ${finding.what.padEnd(width)}  ${finding.detail}`);
  }
  return findings.some(({ state }) => state === "fail") ? EXIT.failed : EXIT.ok;
}

function stateText(state: Finding["state"]): string {
  return { ok: colors.green("ok  "), warn: colors.yellow("warn"), fail: colors.red("fail") }[state];
}
