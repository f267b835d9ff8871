/** Installs the npm packages when they are not those of package-lock.json, with progress that a person can follow. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const LOCK = `${ROOT}package-lock.json`;
const STAMP = `${ROOT}node_modules/.sidecraft-lock`;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];
const REFRESH_MS = 100;
const PLAIN_LINE_MS = 5000;

/** What to do about npm's error codes; anything else is told as npm says it. */
const ADVICE = [
  [/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network/,
    "The package registry cannot be reached: check the network, and behind a proxy `npm config get proxy registry`."],
  [/EUSAGE|in sync/, "package.json and package-lock.json disagree: `npm install` brings them together."],
  [/EACCES|EPERM/, "npm may not write here: check who owns this folder and `npm config get cache`."],
  [/ENOSPC/, "The disk is full: about 500 MB are needed."],
];

/**
 * Brings node_modules to the state of package-lock.json; returns at once if it is there already.
 *
 * @returns {Promise<boolean>} false if npm failed; what it said and what to do is then on standard error
 */
export async function installIfNeeded() {
  const lock = readFileSync(LOCK);
  const digest = createHash("sha256").update(lock).digest("hex");
  if (existsSync(STAMP) && readFileSync(STAMP, "utf8") === digest) return true;
  const wanted = packagesFor(JSON.parse(lock.toString("utf8")));
  if (!isInstalled(wanted)) {
    const why = existsSync(`${ROOT}node_modules`) ? "node_modules is not that of package-lock.json" : "first start";
    say(`npm ci: installs ${wanted.size} packages, among them a current Node and the compiler (${why})`);
    if (!(await npmCi(wanted.size))) return false;
  }
  writeFileSync(STAMP, digest);
  return true;
}

/** The packages that belong on this machine, by folder: optional ones for other systems are not among them. */
function packagesFor(lock) {
  const fits = (list, mine) => list === undefined || list.includes(mine) || (list[0]?.startsWith("!") && !list.includes(`!${mine}`));
  return new Map(
    Object.entries(lock.packages).filter(
      ([folder, entry]) => folder.includes("node_modules/") && !entry.link && fits(entry.os, process.platform) && fits(entry.cpu, process.arch),
    ),
  );
}

/** Whether somebody has run npm here himself: npm keeps a lock file of what it has installed. */
function isInstalled(wanted) {
  let installed;
  try {
    installed = JSON.parse(readFileSync(`${ROOT}node_modules/.package-lock.json`, "utf8")).packages;
  } catch {
    return false;
  }
  return [...wanted].every(([folder, { version, optional }]) => optional || installed[folder]?.version === version);
}

async function npmCi(total) {
  const started = Date.now();
  const fetched = new Set();
  const errors = [];
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const progress = () => `npm ci: ${Math.min(fetched.size, total)} of ${total} packages fetched, ${seconds()} s`;
  const stopTicking = tick(progress);

  const npm = npmCommand();
  const args = [...npm.args, "ci", "--loglevel=http", "--no-audit", "--no-fund"];
  const child = spawn(npm.command, args, { cwd: ROOT, stdio: ["ignore", "ignore", "pipe"], shell: npm.shell });
  let interrupted;
  const forward = (signal) => {
    interrupted = signal;
    child.kill(signal);
  };
  for (const signal of SIGNALS) process.on(signal, forward);
  createInterface({ input: child.stderr }).on("line", (line) => {
    const archive = /^npm http .*\/([^/ ]+\.tgz)\b/.exec(line)?.[1];
    if (archive !== undefined) fetched.add(archive);
    else if (/^npm (error|ERR!)/.test(line)) errors.push(line.replace(/^npm (error|ERR!) ?/, ""));
  });
  const outcome = await new Promise((resolve) => {
    child.once("error", (error) => resolve(error.code === "ENOENT" ? "there is no npm on PATH" : error.message));
    child.once("close", (code, signal) => resolve(code === 0 ? undefined : signal ? `ended by ${signal}` : `ended with status ${code}`));
  });
  stopTicking();
  for (const signal of SIGNALS) process.off(signal, forward);
  if (interrupted !== undefined) process.exit(128 + constants.signals[interrupted]);
  if (outcome === undefined) {
    say(`npm ci: done in ${seconds()} s`);
    return true;
  }
  const told = errors.filter((line) => line.trim() !== "" && !line.includes("A complete log")).slice(0, 8);
  const advice = ADVICE.find(([pattern]) => pattern.test(told.join("\n")))?.[1] ?? "`npm ci` in this folder shows all that npm says.";
  say([`npm ci ${outcome}`, ...told.map((line) => `  ${line}`), advice, "Then run the command again."].join("\n"));
  return false;
}

/** The npm that started this script, if one did, else the one on PATH. */
function npmCommand() {
  const script = process.env.npm_execpath;
  if (script !== undefined && /npm-cli\.[cm]?js$/.test(script)) return { command: process.execPath, args: [script], shell: false };
  // On Windows npm is a batch file, which only a shell can start; the arguments are constant.
  return { command: "npm", args: [], shell: process.platform === "win32" };
}

/** Shows a line that changes: rewritten in place on a terminal, else a new one now and then. */
function tick(text) {
  const tty = process.stderr.isTTY;
  const timer = setInterval(() => (tty ? process.stderr.write(`\r\u001b[2K${text()}`) : say(text())), tty ? REFRESH_MS : PLAIN_LINE_MS);
  return () => {
    clearInterval(timer);
    if (tty) process.stderr.write("\r\u001b[2K");
  };
}

function say(text) {
  process.stderr.write(`${text}\n`);
}
