import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { makeTempDir } from "../../harness/src/process/lifetime.ts";
import { run } from "../../harness/src/process/exec.ts";
import { buildEntry, WORKSPACE } from "../../harness/src/wasm/build.ts";

it("A release is what the compiler makes by itself, byte for byte, with or without a map", async () => {
  await using directory = await makeTempDir("sidecraft-release-");
  const [entry, outFile] = ["test/symbols/assembly/deep.ts", join(directory.path, "deep.wasm")];
  const asc = join(WORKSPACE, "node_modules/assemblyscript/bin/asc.js");
  const options = ["--config", "asconfig.json", "--target", "release", "--outFile", outFile];
  const { status, stderr } = await run(process.execPath, [asc, entry, ...options], {
    cwd: WORKSPACE,
    timeoutMs: 120_000,
  });
  expect([status, stderr]).toEqual([0, ""]);
  const { wasmPath } = await buildEntry(entry);
  expect(readFileSync(wasmPath).equals(readFileSync(outFile))).toBe(true);
}, 150_000);
