/** Runs `npm ci` with progress that a person can follow. */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { createInterface } from "node:readline";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];
const REFRESH_MS = 100;
const PLAIN_LINE_MS = 5000;
const QUIET_MS = 2000;
const KILL_AFTER_MS = 1000;

/** What to do about npm's error codes; anything else is told as npm says it. */
const ADVICE = [
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network/,
    "The package registry cannot be reached: check the network, and behind a proxy `npm config get proxy registry`.",
  ],
  [/EUSAGE|in sync/, "package.json and package-lock.json disagree: `npm install` brings them together."],
  [/EACCES|EPERM/, "npm may not write here: check who owns this folder and `npm config get cache`."],
  [/ENOSPC/, "The disk is full: about 500 MB are needed."],
];

/**
 * Runs `npm ci`. A signal to this process ends npm, all that npm has started, and this process.
 *
 * @param {string} folder where package.json is
 * @param {number} archives how many npm will about fetch
 * @returns {Promise<boolean>} false if npm failed; what it said and what to do is then on standard error
 */
export async function npmCi(folder, archives) {
  const started = Date.now();
  const fetched = new Set();
  const errors = [];
  const seconds = () => Math.round((Date.now() - started) / 1000);
  let lastFetch = Infinity;
  const progress = () =>
    Date.now() - lastFetch < QUIET_MS || fetched.size === 0
      ? `npm ci: ${fetched.size} of about ${archives} archives fetched, ${seconds()} s`
      : `npm ci: unpacks ${fetched.size} archives and gets Node (120 MB), ${seconds()} s`;
  const stopTicking = tick(progress);

  const npm = npmCommand();
  const args = [...npm.args, "ci", "--loglevel=http", "--include=dev", "--no-audit", "--no-fund"];
  // A process group of its own, so that what npm starts can be ended with it.
  const stdio = ["ignore", "ignore", "pipe"];
  const child = spawn(npm.command, args, { cwd: folder, stdio, shell: npm.shell, detached: !npm.shell });
  const interruption = endWithSignals(child);
  createInterface({ input: child.stderr }).on("line", (line) => {
    const archive = /^npm http .*\/([^/ ]+\.tgz)\b/.exec(line)?.[1];
    if (archive !== undefined) {
      fetched.add(archive);
      lastFetch = Date.now();
    } else if (/^npm (error|ERR!)/.test(line)) errors.push(line.replace(/^npm (error|ERR!) ?/, ""));
  });
  const outcome = await new Promise((resolve) => {
    child.once("error", (error) =>
      resolve(
        error.code === "ENOENT"
          ? "does not start: there is no npm on PATH"
          : `does not start: ${error.message}`,
      ),
    );
    child.once("close", (code, signal) =>
      resolve(code === 0 ? undefined : signal ? `ended by ${signal}` : `ended with status ${code}`),
    );
  });
  stopTicking();
  const interrupted = interruption();
  if (interrupted !== undefined) process.exit(128 + constants.signals[interrupted]);
  if (outcome === undefined) {
    say(`npm ci: done in ${seconds()} s`);
    return true;
  }
  const told = errors
    .filter((line) => !/^\s*$|^\s+at |A complete log|^(errno|syscall) /.test(line))
    .slice(0, 4);
  const advice =
    ADVICE.find(([pattern]) => pattern.test(told.join("\n")))?.[1] ??
    "`npm ci` in this folder shows all that npm says.";
  say(
    [`npm ci ${outcome}`, ...told.map((line) => `  ${line}`), advice, "Then run the command again."].join(
      "\n",
    ),
  );
  return false;
}

/** Ends a process group when this process is told to end; the result says which signal came, and stops listening. */
function endWithSignals(child) {
  let came;
  const kill = (signal) => {
    try {
      process.kill(process.platform === "win32" ? child.pid : -child.pid, signal);
    } catch {
      // It has ended by itself.
    }
  };
  const onSignal = (signal) => {
    came = signal;
    kill("SIGTERM");
    setTimeout(kill, KILL_AFTER_MS, "SIGKILL").unref();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return () => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
    if (came !== undefined) kill("SIGKILL");
    return came;
  };
}

/** The npm that started this script, if one did, else the one on PATH. */
function npmCommand() {
  const script = process.env.npm_execpath;
  if (script !== undefined && /npm-cli\.[cm]?js$/.test(script))
    return { command: process.execPath, args: [script], shell: false };
  // On Windows npm is a batch file, which only a shell can start; the arguments are constant.
  return { command: "npm", args: [], shell: process.platform === "win32" };
}

/** Shows a line that changes: rewritten in place on a terminal, else a new one now and then. */
function tick(text) {
  const tty = process.stderr.isTTY;
  const timer = setInterval(
    () => (tty ? process.stderr.write(`\r\u001b[2K${text()}`) : say(text())),
    tty ? REFRESH_MS : PLAIN_LINE_MS,
  );
  return () => {
    clearInterval(timer);
    if (tty) process.stderr.write("\r\u001b[2K");
  };
}

/** Prints a line on standard error. */
export function say(text) {
  process.stderr.write(`${text}\n`);
}
