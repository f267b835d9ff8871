/** `npm run check`: format, lint and types, each reported even if one before it failed. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { installIfNeeded } from "./install.mjs";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const BIN = `${ROOT}node_modules/.bin/`;

const CHECKS = [
  ["format", "prettier", "--check", "--log-level", "warn", "."],
  ["lint", "eslint", "--max-warnings", "0", "."],
  ["types", "tsc", "--project", "."],
];

if (!(await installIfNeeded())) process.exit(1);
// The tools' first lines ask for `node`: the one that the project brings comes first.
const env = { ...process.env, PATH: `${BIN}:${process.env.PATH ?? ""}` };
for (const [name, tool, ...args] of CHECKS) {
  const { status } = spawnSync(`${BIN}${tool}`, args, { cwd: ROOT, env, stdio: "inherit" });
  console.log(`${name}: ${status === 0 ? "ok" : "failed"}`);
  if (status !== 0) process.exitCode = 1;
}
