/**
 * Starts the command line in a Node that can run it. Plain JavaScript without dependencies: this file has to
 * run in whatever Node a machine has.
 */
import { spawn, spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** First major version of Node that runs the sources as they are: type stripping and `await using`. */
const NEEDED_MAJOR = 24;
const MAIN = new URL("../src/cli/main.ts", import.meta.url);
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Runs `sidecraft` with arguments: in this process if its Node is new enough, else in the one that the npm
 * package `node` has brought. This process then ends as the command does.
 *
 * @param {readonly string[]} args what stands after `sidecraft`
 */
export async function launch(args) {
  if (major(process.version) >= NEEDED_MAJOR) {
    process.argv = [process.argv[0] ?? process.execPath, fileURLToPath(MAIN), ...args];
    await import(MAIN.href);
    return;
  }
  const node = bundledNode();
  if (node === undefined) {
    console.error(
      `sidecraft: Node ${NEEDED_MAJOR} is needed, this is ${process.version}, and the npm package "node", which brings it, is not usable here.\n` +
        "  Run `npm ci` (with install scripts allowed: `npm config get ignore-scripts` should say false),\n" +
        `  or install Node ${NEEDED_MAJOR} from https://nodejs.org and run the command again.`,
    );
    process.exitCode = 1;
    return;
  }
  await runAndEnd(node, [fileURLToPath(MAIN), ...args]);
}

function bundledNode() {
  let folder;
  try {
    folder = dirname(createRequire(import.meta.url).resolve("node/package.json"));
  } catch {
    return undefined;
  }
  const program = join(folder, "bin", process.platform === "win32" ? "node.exe" : "node");
  const { status, stdout } = spawnSync(program, ["--version"], { encoding: "utf8" });
  return status === 0 && major(stdout) >= NEEDED_MAJOR ? program : undefined;
}

function major(version) {
  return Number(/^v(\d+)\./.exec(version)?.[1] ?? 0);
}

/** Runs a program in the foreground, hands signals on to it, and ends this process as the program ended. */
function runAndEnd(program, args) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: "inherit" });
    for (const signal of SIGNALS) process.on(signal, () => child.kill(signal));
    child.once("error", (error) => {
      console.error(`sidecraft: ${program} does not start: ${error.message}`);
      process.exitCode = 1;
      resolve();
    });
    child.once("close", (code, signal) => {
      process.exitCode = code ?? 128 + (constants.signals[signal ?? "SIGTERM"] ?? 0);
      resolve();
    });
  });
}
