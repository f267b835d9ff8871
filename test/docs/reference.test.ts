import { execFile } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { WORKSPACE } from "../../harness/src/wasm/build.ts";

const OUT = join(WORKSPACE, "build/test/docs/api");

describe("The API reference", () => {
  it("is made without a warning: no public name lacks words, no link leads nowhere", async () => {
    rmSync(OUT, { recursive: true, force: true });
    const typedoc = join(WORKSPACE, "node_modules/typedoc/bin/typedoc");
    // Warnings are errors, by typedoc.json.
    await promisify(execFile)(process.execPath, [typedoc, "--out", OUT], {
      cwd: WORKSPACE,
      timeout: 120_000,
    });
    for (const page of ["index.html", "classes/HttpFilter.html", "functions/registerPlugin.html"]) {
      expect(existsSync(join(OUT, page)), page).toBe(true);
    }
  });
});
