import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Compiles the neighbour and returns the path of the module. */
export function buildNeighbour(): string {
  const path = join(ROOT, "build/test/neighbour.wasm");
  mkdirSync(join(ROOT, "build/test"), { recursive: true });
  const asc = join(ROOT, "node_modules/assemblyscript/bin/asc.js");
  const options = ["--config", join(ROOT, "asconfig.json"), "--target", "release", "--outFile", path];
  execFileSync(process.execPath, [asc, "test/filters/assembly/neighbour.ts", ...options], { cwd: ROOT });
  return path;
}
