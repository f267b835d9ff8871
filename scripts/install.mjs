/** Installs the npm packages when they are not those of package-lock.json. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { npmCi, say } from "./npm-ci.mjs";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const LOCK = `${ROOT}package-lock.json`;
const STAMP = `${ROOT}node_modules/.sidecraft-lock`;

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
    const why = existsSync(`${ROOT}node_modules`)
      ? "node_modules is not that of package-lock.json"
      : "first start";
    say(`npm ci: installs ${wanted.size} packages, among them a current Node and the compiler (${why})`);
    if (!(await npmCi(ROOT, archiveNames(wanted).size))) return false;
  }
  writeFileSync(STAMP, digest);
  return true;
}

/** The packages that belong on this machine, by folder: optional ones for other systems are not among them. */
function packagesFor(lock) {
  const fits = (list, mine) =>
    list === undefined || list.includes(mine) || (list[0]?.startsWith("!") && !list.includes(`!${mine}`));
  return new Map(
    Object.entries(lock.packages).filter(
      ([folder, entry]) =>
        folder.includes("node_modules/") &&
        !entry.link &&
        fits(entry.os, process.platform) &&
        fits(entry.cpu, process.arch),
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
  return [...wanted].every(
    ([folder, { version, optional }]) => optional || installed[folder]?.version === version,
  );
}

/** Names of the archives that npm will fetch: a package that stands in several folders is fetched once. */
function archiveNames(packages) {
  const name = (folder, entry) =>
    (entry.name ?? folder.slice(folder.lastIndexOf("node_modules/") + 13)).split("/").at(-1);
  return new Set([...packages].map(([folder, entry]) => `${name(folder, entry)}-${entry.version}.tgz`));
}
