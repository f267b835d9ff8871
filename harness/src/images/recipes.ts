/** The images of docker-compose.yml, made from what package registries offer. */
import { cp, readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { sha256File } from "../envoy/hash.ts";
import { BASE_DIRECTORIES, programEntries } from "../envoy/rootfs.ts";
import type { TarEntry } from "../ship/index.ts";
import { WORKSPACE } from "../wasm/build.ts";
import { command } from "./command.ts";
import { debianPackage, unpackPrograms } from "./debian.ts";
import type { Recipe } from "./recipe.ts";

/** The rate-limit service has no releases: a revision of its main branch, as the Go module proxy names it. */
const RATELIMIT = "v1.4.1-0.20260122083618-3fb702589d36";
const RATELIMIT_PACKAGE = "github.com/envoyproxy/ratelimit/src/service_cmd";
const NODE = "usr/local/bin/node";
const IDENTITY = join(WORKSPACE, "compose", "identity");
const USER = "65532:65532";
const BUILD_MS = 15 * 60_000;

/** The Node that runs this, for the upstreams. */
export const nodeImage: Recipe = async () => ({
  image: `sidecraft/node:${process.versions.node}`,
  inputs: [await sha256File(process.execPath)],
  settings: { command: ["node"], user: USER },
  entries: async () => [...BASE_DIRECTORIES, ...(await nodeEntries())],
});

/** The identity provider: Node and what its lock file names, as in compose/identity/Dockerfile. */
export const identityImage: Recipe = async () => {
  const lock = createRequire(import.meta.url)(join(IDENTITY, "package-lock.json")) as {
    packages: Record<string, { version: string }>;
  };
  const version = lock.packages["node_modules/oidc-provider"]?.version ?? "latest";
  const own = ["identity.mjs", "package-lock.json", "package.json"];
  const files = [process.execPath, ...own.map((file) => join(IDENTITY, file))];
  return {
    image: `sidecraft/identity:${version}`,
    inputs: await Promise.all(files.map(sha256File)),
    settings: { command: ["node", "identity.mjs"], user: USER, ports: [8080], directory: "/srv/identity" },
    entries: async (directory) => {
      for (const file of own) await cp(join(IDENTITY, file), join(directory, file));
      const args = ["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"];
      await command("npm", args, "the identity provider consists of npm packages", {
        timeoutMs: BUILD_MS,
        cwd: directory,
      });
      const tree = await filesBelow(directory, "srv/identity");
      return [...BASE_DIRECTORIES, ...(await nodeEntries()), ...tree];
    },
  };
};

/** Redis from Debian. */
export const redisImage: Recipe = async () => {
  const redis = await debianPackage("redis-server", "redis-tools");
  return {
    image: `sidecraft/redis:${redis.version}`,
    inputs: redis.packages,
    settings: { command: ["redis-server"], user: USER, ports: [6379] },
    entries: async (directory) => [
      ...BASE_DIRECTORIES,
      ...(await unpackPrograms(redis, inPlace("usr/bin/redis-server", "usr/bin/redis-cli"), directory)),
    ],
  };
};

/** Prometheus from Debian, its programs where the official image has them. */
export const prometheusImage: Recipe = async () => {
  const prometheus = await debianPackage("prometheus");
  return {
    image: `sidecraft/prometheus:${prometheus.version}`,
    inputs: prometheus.packages,
    settings: {
      entrypoint: ["/bin/prometheus"],
      command: ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"],
      user: USER,
      ports: [9090],
    },
    entries: async (directory) => [
      ...BASE_DIRECTORIES,
      { path: "etc/prometheus/", directory: true },
      { path: "prometheus/", directory: true, mode: 0o1777 },
      ...(await unpackPrograms(
        prometheus,
        ["prometheus", "promtool"].map((name) => ({ path: `usr/bin/${name}`, target: `bin/${name}` })),
        directory,
      )),
    ],
  };
};

/** The rate-limit service, compiled by Go. */
export const ratelimitImage: Recipe = async () => ({
  image: `sidecraft/ratelimit:${RATELIMIT.slice(-12)}`,
  inputs: [RATELIMIT],
  settings: { entrypoint: ["/bin/ratelimit"], user: USER, ports: [8080, 8081] },
  entries: async (directory) => {
    // Static, so that it needs nothing around it.
    const env = { ...process.env, GOBIN: directory, CGO_ENABLED: "0", GOFLAGS: "-trimpath" };
    const why =
      "the rate-limit service is compiled from its source: install Go (https://go.dev/dl), or pull the official image";
    await command("go", ["install", `${RATELIMIT_PACKAGE}@${RATELIMIT}`], why, { timeoutMs: BUILD_MS, env });
    const program = { path: join(directory, "service_cmd"), target: "bin/ratelimit" };
    return [...BASE_DIRECTORIES, ...(await programEntries([program]))];
  },
});

function nodeEntries(): Promise<TarEntry[]> {
  return programEntries([{ path: process.execPath, target: NODE }]);
}

function inPlace(...paths: readonly string[]): { path: string; target: string }[] {
  return paths.map((path) => ({ path, target: path }));
}

/** The files of a directory as entries below `target`, readable by every user. */
async function filesBelow(directory: string, target: string): Promise<TarEntry[]> {
  const found = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files.sort().map((file) => ({ path: `${target}${file.slice(directory.length)}`, file }));
}
