import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../process/exec.ts";
import { beforeProcessEnds } from "../process/lifetime.ts";
import { mapFile } from "../symbols/map-file.ts";
import { type Diagnostic, parseDiagnostics, withoutCount } from "./diagnostics.ts";
import { finishModule } from "./finish.ts";

/** The workspace: the folder that holds `filters/` and `sdk-shim/`. */
export const WORKSPACE = fileURLToPath(new URL("../../../", import.meta.url));

/** A filter takes a few seconds; the limit is for a compiler that hangs. */
const COMPILE_TIMEOUT_MS = 300_000;

/** Changes when the same sources give other files. */
const FORMAT = "3";

/** Which of the targets of asconfig.json a module is built for. */
export type Target = "release" | "debug" | "coverage";

/** A module on disk, ready to be loaded by a host. */
export interface BuiltFilter {
  readonly name: string;
  readonly target: Target;
  readonly wasmPath: string;
  readonly bytes: number;
}

/** What `buildFilters` is doing. */
export interface BuildEvent {
  readonly filter: string;
  readonly state: "building" | "built" | "up-to-date";
  readonly milliseconds?: number;
  readonly bytes?: number;
  /** What the compiler warns of, as it shows it; "" or absent when of nothing. */
  readonly warnings?: string;
}

/** The compiler refused a filter; `diagnostics` are its own words, with file and line. */
export class CompileError extends Error {
  readonly filter: string;
  readonly diagnostics: string;
  /** The same one by one; empty when the compiler itself failed. */
  readonly list: readonly Diagnostic[];

  constructor(filter: string, diagnostics: string) {
    super(`${filter} does not compile:\n${diagnostics}`);
    this.name = "CompileError";
    this.filter = filter;
    this.diagnostics = diagnostics;
    this.list = parseDiagnostics(diagnostics);
  }
}

/** Names of the filters in `filters/`, in alphabetical order. */
export function productFilters(): string[] {
  return readdirSync(join(WORKSPACE, "filters"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(entryFile(entry.name)))
    .map((entry) => entry.name)
    .sort();
}

/**
 * Compiles product filters to `build/<target>/<filter>.wasm`, as many at once as there are cores; a module
 * whose sources have not changed since it was built is left as it is. Throws CompileError for the first
 * that does not compile, and RangeError for a name that is not a filter.
 */
export async function buildFilters(
  options: {
    filters?: readonly string[];
    target?: Target;
    onProgress?: (event: BuildEvent) => void;
  } = {},
): Promise<BuiltFilter[]> {
  const target = options.target ?? "release";
  const known = productFilters();
  const names = options.filters ?? known;
  for (const name of names) {
    if (!known.includes(name))
      throw new RangeError(`no filter called ${name}; there are ${known.join(", ")}`);
  }
  const shared = await sharedDigest();
  const built: BuiltFilter[] = [];
  const queue = [...names];
  const worker = async (): Promise<void> => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      const module = { name, target, entry: entryFile(name), wasmPath: wasmFile(name, target) };
      built.push(await buildModule(module, shared, options.onProgress ?? (() => {})));
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), queue.length) }, worker));
  return built.sort((a, b) => names.indexOf(a.name) - names.indexOf(b.name));
}

/**
 * Compiles the filter with the entry file `entry` (a path below the workspace) to `build/test`, or a folder in it for
 * other targets than "release", unless neither it nor its neighbours in the folder nor the `alsoRead` folders have
 * changed. Throws CompileError when it does not compile.
 */
export function buildEntry(
  entry: string,
  { alsoRead = [], target = "release" }: EntryOptions = {},
): Promise<BuiltFilter> {
  // A chain may hold one filter several times: it is built once.
  const key = `${target} ${entry}`;
  const running = entriesBeingBuilt.get(key) ?? buildTestModule(entry, alsoRead, target);
  entriesBeingBuilt.set(key, running);
  return running.finally(() => entriesBeingBuilt.delete(key));
}

/** How `buildEntry` builds. */
export interface EntryOptions {
  /** Further folders that the module depends on. */
  readonly alsoRead?: readonly string[];
  readonly target?: Target;
}

const entriesBeingBuilt = new Map<string, Promise<BuiltFilter>>();

async function buildTestModule(
  entry: string,
  alsoRead: readonly string[],
  target: Target,
): Promise<BuiltFilter> {
  const path = resolve(WORKSPACE, entry);
  // The whole path, since two entry files may be called alike.
  const place = relative(WORKSPACE, path).replace(/\.ts$/, ".wasm");
  const folder = join(WORKSPACE, "build", "test", target === "release" ? "" : target);
  const module = { name: basename(entry, ".ts"), target, entry: path, wasmPath: join(folder, place) };
  const others = alsoRead.map((folder) => join(WORKSPACE, folder));
  return buildModule(module, `${await sharedDigest()} ${await digestOf(others, [])}`, () => {});
}

/** Where `buildFilters` puts the module of product filter `name`. */
export function wasmFile(name: string, target: Target = "release"): string {
  return join(WORKSPACE, "build", target, `${name}.wasm`);
}

interface ModuleToBuild {
  readonly name: string;
  readonly target: Target;
  readonly entry: string;
  readonly wasmPath: string;
}

async function buildModule(
  { name, target, entry, wasmPath }: ModuleToBuild,
  shared: string,
  onProgress: (event: BuildEvent) => void,
): Promise<BuiltFilter> {
  const stampPath = `${wasmPath}.inputs`;
  const stamp = `${shared} ${await digestOf([dirname(entry)], [])}`;
  const done = async (event: Omit<BuildEvent, "filter">): Promise<BuiltFilter> => {
    const { size: bytes } = await stat(wasmPath);
    onProgress({ filter: name, bytes, ...event });
    return { name, target, wasmPath, bytes };
  };
  if (existsSync(wasmPath) && existsSync(stampPath) && (await readFile(stampPath, "utf8")) === stamp) {
    return done({ state: "up-to-date" });
  }
  onProgress({ filter: name, state: "building" });
  const started = performance.now();
  await mkdir(dirname(wasmPath), { recursive: true });
  const warnings = await compile(name, relative(WORKSPACE, entry), target, wasmPath);
  // What the compiler warns of is compiled again, so that it is seen again.
  if (warnings === "") await writeFile(stampPath, stamp);
  return done({ state: "built", milliseconds: Math.round(performance.now() - started), warnings });
}

/** What every module depends on: the SDK and the compiler's settings. */
function sharedDigest(): Promise<string> {
  return digestOf([join(WORKSPACE, "sdk-shim")], [join(WORKSPACE, "asconfig.json")]);
}

function entryFile(filter: string): string {
  return join(WORKSPACE, "filters", filter, "assembly", "filter.ts");
}

/**
 * Runs the compiler in a process of its own; a module appears under its name only when it is whole. Returns what the
 * compiler warns of.
 */
async function compile(filter: string, entry: string, target: Target, wasmPath: string): Promise<string> {
  const compiler = join(
    dirname(createRequire(import.meta.url).resolve("assemblyscript/package.json")),
    "bin/asc.js",
  );
  const unfinished = `${wasmPath}.${process.pid}.wasm`;
  const removeUnfinished = (): void => {
    for (const file of [unfinished, mapFile(unfinished)]) rmSync(file, { force: true });
  };
  const release = beforeProcessEnds(removeUnfinished);
  try {
    // With source maps on, asc does not start a second Node: ending the child ends the compiler.
    const args = ["--enable-source-maps", compiler, entry, "--config", "asconfig.json", "--target", target];
    // Names and map change nothing in the code; a release has them beside the module.
    const output = ["--debug", "--sourceMap", "--noColors", "--outFile", unfinished];
    const options = { cwd: WORKSPACE, timeoutMs: COMPILE_TIMEOUT_MS };
    const result = await run(process.execPath, [...args, ...output], options);
    if (result.timedOut)
      throw new CompileError(filter, `the compiler did not end within ${COMPILE_TIMEOUT_MS} ms`);
    if (result.status !== 0) throw new CompileError(filter, withoutCount(result.stdout + result.stderr));
    const [compiled, mapText] = await Promise.all([
      readFile(unfinished),
      readFile(mapFile(unfinished), "utf8"),
    ]);
    const { wasm, map } = finishModule(compiled, mapText, { wasmPath, target });
    await writeFile(mapFile(unfinished), map);
    await writeFile(unfinished, wasm);
    await rename(mapFile(unfinished), mapFile(wasmPath));
    await rename(unfinished, wasmPath);
    return parseDiagnostics(result.stderr).length > 0 ? result.stderr.trim() : "";
  } finally {
    removeUnfinished();
    release();
  }
}

/** A digest over the TypeScript, JavaScript and JSON in `folders`, over `files`, and the compiler's version. */
async function digestOf(folders: readonly string[], files: readonly string[]): Promise<string> {
  const hash = createHash("sha256").update(FORMAT);
  hash.update(readFileSync(createRequire(import.meta.url).resolve("assemblyscript/package.json")));
  const found = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|js|json)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  for (const file of [...found, ...files].sort())
    hash.update(`\0${relative(WORKSPACE, file)}\0`).update(await readFile(file));
  return hash.digest("hex");
}
