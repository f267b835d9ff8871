/** Lets Envoy check a configuration without serving. */
import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { tar, type Json, type JsonObject, type TarEntry } from "../ship/index.ts";
import { docker } from "./docker.ts";
import { run, type RunResult } from "../process/exec.ts";
import type { EnvoyInstallation } from "./installation.ts";
import { makeTempDir } from "../process/lifetime.ts";
import { MAIN_THREAD_HANGS } from "./errors.ts";
import { complaints, EnvoyLog } from "./log.ts";

const TIMEOUT_MS = 60_000;
const ARGUMENTS = ["--mode", "validate", "--disable-hot-restart", "--log-format-escaped"];
const CONTAINER_DIRECTORY = "etc/sidecraft";

/** What Envoy thinks of a configuration. */
export type ValidationResult = { readonly ok: true } | { readonly ok: false; readonly output: string };

/** Bounds of a validation. */
export interface ValidationLimits {
  readonly timeoutMs?: number;
}

/**
 * Runs `envoy --mode validate`, which loads the modules and runs their `proxy_on_configure`: a refused plugin
 * configuration makes the result negative. Filters that are discovered (ECDS) are not looked at.
 *
 * @param installation which Envoy to ask
 * @param config a bootstrap; modules are files on this machine, for a container too
 * @param limits how long Envoy may take, 60,000 ms if it is not said
 * @returns `ok`, or what Envoy and the modules said, a message per line
 * @throws {Error} if Envoy cannot be run at all
 */
export async function validateConfig(
  installation: EnvoyInstallation,
  config: JsonObject,
  { timeoutMs = TIMEOUT_MS }: ValidationLimits = {},
): Promise<ValidationResult> {
  const result =
    installation.kind === "binary"
      ? await validateNative(installation.path, config, timeoutMs)
      : await validateInContainer(installation.image, config, timeoutMs);
  if (result.status === 0) return { ok: true };
  if (result.timedOut)
    return { ok: false, output: `Envoy did not end within ${timeoutMs} ms. ${MAIN_THREAD_HANGS}` };
  const log = new EnvoyLog([]);
  for (const text of [result.stdout, result.stderr]) {
    const read = log.reader();
    read(text);
    read();
  }
  return { ok: false, output: complaints(log.output).join("\n") };
}

async function validateNative(path: string, config: JsonObject, timeoutMs: number): Promise<RunResult> {
  await using directory = await makeTempDir("sidecraft-validate-");
  const file = join(directory.path, "envoy.json");
  await writeFile(file, JSON.stringify(config));
  return await run(path, [...ARGUMENTS, "-c", file], { timeoutMs });
}

async function validateInContainer(image: string, config: JsonObject, timeoutMs: number): Promise<RunResult> {
  const modules: TarEntry[] = [];
  const moved = moveModules(config, (file) => {
    const path = `${CONTAINER_DIRECTORY}/${modules.length}.wasm`;
    modules.push({ path, file });
    return `/${path}`;
  });
  const file = `${CONTAINER_DIRECTORY}/envoy.json`;
  const directory: TarEntry = { path: `${CONTAINER_DIRECTORY}/`, directory: true };
  const content: TarEntry = { path: file, content: Buffer.from(JSON.stringify(moved)) };

  const name = `sidecraft-validate-${randomUUID()}`;
  const args = [...ARGUMENTS, "-c", `/${file}`];
  await mustSucceed(
    docker(["create", "--name", name, "--pull", "never", "--network", "none", image, ...args]),
  );
  try {
    // Copied, not mounted: the engine may run in a virtual machine that does not see this machine's files.
    const input = tar([directory, content, ...modules]);
    await mustSucceed(docker(["cp", "-", `${name}:/`], { timeoutMs: TIMEOUT_MS, input }));
    return await docker(["start", "--attach", name], { timeoutMs });
  } finally {
    await mustSucceed(docker(["rm", "--force", "--volumes", name]));
  }
}

async function mustSucceed(command: Promise<RunResult>): Promise<void> {
  const result = await command;
  if (result.status !== 0) throw new Error(`docker: ${result.stderr.trim()}`);
}

/** Copies a configuration with the path of every local module replaced. */
function moveModules(value: Json, move: (path: string) => string): Json {
  if (Array.isArray(value)) return value.map((item: Json) => moveModules(item, move));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([key, item]) => {
      const local = key === "code" ? (item as { local?: { filename?: unknown } }).local : undefined;
      if (typeof local?.filename === "string") return [key, { local: { filename: move(local.filename) } }];
      return [key, moveModules(item, move)];
    }),
  );
}
