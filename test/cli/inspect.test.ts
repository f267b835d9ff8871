import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildEntry } from "../../harness/src/wasm/build.ts";
import { runCli, scratch } from "./run-cli.ts";

describe("sidecraft inspect", () => {
  it("tells what is in a module", async () => {
    const { wasmPath, bytes } = await buildEntry("test/symbols/assembly/deep.ts");
    const { code, stdout } = await runCli(["inspect", wasmPath, "--json"]);
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as Record<string, unknown>;
    expect(report).toMatchObject({
      bytes,
      sha256: createHash("sha256").update(readFileSync(wasmPath)).digest("hex"),
      abi: ["0.2.1"],
      named: 0,
      sourceMap: "fits",
    });
    expect(report["hooks"]).toContain("proxy_on_request_headers");
    expect(report["imports"]).toContain("env.proxy_log");
    expect(report["otherExports"]).toContain("memory");
    expect(report["sections"]).toContainEqual({ name: 'custom "name"', bytes: 10 });
    expect((await runCli(["inspect", wasmPath])).stdout).toMatch(/\nABI {9}0\.2\.1\nhooks {7}proxy_on_/);
  });

  it("refuses what is no module, exit code 1, and what is not there, 2", async () => {
    using directory = scratch();
    const file = join(directory.path, "x.wasm");
    writeFileSync(file, "no module");
    const { code, stderr } = await runCli(["inspect", file]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/not a WebAssembly module/)]);
    expect((await runCli(["inspect", `${file}.none`])).code).toBe(2);
  });
});
