import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Compiles the probe and returns the path of the module. */
export function buildProbe(): string {
  const path = join(ROOT, "build/test/identity-probe.wasm");
  mkdirSync(join(ROOT, "build/test"), { recursive: true });
  const asc = join(ROOT, "node_modules/assemblyscript/bin/asc.js");
  const options = ["--config", "asconfig.json", "--target", "release", "--outFile", path];
  execFileSync(process.execPath, [asc, "test/filters/assembly/identity-probe.ts", ...options], { cwd: ROOT });
  return path;
}
