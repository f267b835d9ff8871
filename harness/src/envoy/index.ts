// PROVISIONAL (lead): overwrite freely
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { EnvoyInstallation } from "./installation.ts";
import { makeTempDir } from "./lifetime.ts";
export * from "./errors.ts";
export * from "./installation.ts";
export * from "./options.ts";
export { resolveEnvoy } from "./resolve.ts";
export { startEnvoy } from "./start.ts";
export { upstreamBindHost } from "./upstream.ts";
export async function validateConfig(installation: EnvoyInstallation, bootstrap: object): Promise<{ ok: true } | { ok: false; output: string }> {
  if (installation.kind !== "binary") throw new Error("provisional");
  await using dir = await makeTempDir("sidecraft-validate-");
  const path = join(dir.path, "envoy.json");
  await writeFile(path, JSON.stringify(bootstrap));
  return await new Promise((resolve) => {
    execFile(installation.path, ["--mode", "validate", "-c", path, "--log-level", "info"], { timeout: 30000 }, (error, stdout, stderr) => {
      resolve(error ? { ok: false, output: stdout + stderr } : { ok: true });
    });
  });
}
