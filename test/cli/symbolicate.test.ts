import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { run } from "../../harness/src/process/exec.ts";
import { bootstrap } from "../../harness/src/ship/index.ts";
import { buildEntry } from "../../harness/src/wasm/build.ts";
import { runCli, scratch } from "./run-cli.ts";

const DEEP = "test/symbols/assembly/deep.ts";
const ANY_PORT = { host: "127.0.0.1", port: 0 };
const envoy = inject("envoy");

/** What Envoy itself prints, in its default format, about a release that traps while it is configured. */
async function realLog(wasmPath: string, directory: string): Promise<string> {
  if (envoy?.kind !== "binary") throw new Error("there is no Envoy on this machine");
  const filters = [{ name: "deep", wasmPath, config: "unreachable" }];
  const routes = [{ match: { prefix: "/" }, cluster: "nowhere" }];
  const config = bootstrap(
    { filters, routes, workers: 1 },
    { listener: ANY_PORT, admin: ANY_PORT, clusters: [{ name: "nowhere", host: "127.0.0.1", port: 1 }] },
  );
  const file = join(directory, "envoy.json");
  writeFileSync(file, JSON.stringify(config));
  const args = ["--mode", "validate", "--disable-hot-restart", "-c", file];
  const { stdout, stderr } = await run(envoy.path, args, { timeoutMs: 60_000 });
  return stdout + stderr;
}

describe.skipIf(envoy?.kind !== "binary")("sidecraft symbolicate", () => {
  const directory = scratch();
  afterAll(() => directory[Symbol.dispose]());
  const log = join(directory.path, "envoy.log");
  let wasmPath: string;
  beforeAll(async () => {
    ({ wasmPath } = await buildEntry(DEEP));
    writeFileSync(log, await realLog(wasmPath, directory.path));
  });

  it("gives the log of a real Envoy the lines of a release build", async () => {
    const { code, stdout } = await runCli(["symbolicate", log, "--module", wasmPath]);
    expect(stdout).toMatch(
      /Function: proxy_on_configure failed: .*\nProxy-Wasm plugin in-VM backtrace:\n +0: +0x[\da-f]+ - descend \(test\/symbols\/assembly\/deep\.ts:7:29\)\n/,
    );
    expect(stdout).toMatch(/ - proxy_on_configure \(test\/symbols\/assembly\/deep\.ts:\d+:\d+\)\n/);
    expect(code).toBe(0);
  });

  it("gives programs JSON", async () => {
    const { code, stdout } = await runCli(["symbolicate", log, "--module", wasmPath, "--json"]);
    const [trap] = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(trap).toMatchObject({
      module: wasmPath,
      entry: "proxy_on_configure",
      error: expect.stringContaining("unreachable"),
    });
    expect(trap).toMatchObject({
      frames: expect.arrayContaining([
        expect.objectContaining({ function: "descend", file: DEEP, line: 7, column: 29 }),
      ]),
    });
    expect(code).toBe(0);
  });

  it("says what it lacks, exit code 1", async () => {
    const { wasmPath: other } = await buildEntry("test/sdk/assembly/stateless.ts");
    const { code, stdout, stderr } = await runCli(["symbolicate", log, "--module", other]);
    expect(stdout).toMatch(/ - unknown\(function index:\d+\)/);
    expect(stderr).toMatch(
      /fits no module that is known here \(.*stateless\.wasm\): give the build that Envoy ran/,
    );
    expect(code).toBe(1);
  });

  it("wants the map of the very build, exit code 1, unless it is given one", async () => {
    const { wasmPath: other } = await buildEntry("test/sdk/assembly/stateless.ts");
    const copy = join(directory.path, "deep.wasm");
    copyFileSync(wasmPath, copy);
    const missing = await runCli(["symbolicate", log, "--module", copy]);
    expect([missing.code, missing.stderr]).toEqual([
      1,
      expect.stringMatching(/there is no source map .*deep\.wasm\.map/),
    ]);
    copyFileSync(`${other}.map`, `${copy}.map`);
    const stale = await runCli(["symbolicate", log, "--module", copy]);
    expect([stale.code, stale.stderr]).toEqual([
      1,
      expect.stringMatching(/was made for another build; build again/),
    ]);
    const given = await runCli(["symbolicate", log, "--module", copy, "--map", `${wasmPath}.map`]);
    expect([given.code, given.stdout]).toEqual([0, expect.stringContaining(`descend (${DEEP}:7:29)`)]);
  });

  it.each([
    [["no-such.log"], /there is no file no-such\.log/],
    [["--module", "no-such.wasm"], /there is no file no-such\.wasm/],
    [["--map", "x.map"], /--map needs --module/],
  ])("is used wrongly, exit code 2: %s", async (args, words) => {
    const { code, stderr } = await runCli(["symbolicate", ...args]);
    expect(stderr).toMatch(words);
    expect(code).toBe(2);
  });
});
