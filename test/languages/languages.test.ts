/** Modules of other languages and SDKs run as Envoy runs them. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readShape } from "../../harness/src/emulator/vm/signatures.ts";
import { describeHosts } from "../../harness/src/testing/index.ts";
import { suiteOf, tests } from "./job.ts";
import { MODULES, whyNot } from "./modules.ts";

for (const { needs, compile, name, lacks, ...kind } of MODULES) {
  const reason = await whyNot(needs);
  if (reason !== undefined) {
    // In one line, for `npm test` to tell; with CI=true a test that does not run is a failure.
    test.skip(`${name}: not compiled here, since ${reason}`, () => {});
    continue;
  }
  const wasmPath = await compile();

  test(`${name}: has the exports and imports that it stands for`, () => {
    const { exports, imports } = readShape(readFileSync(wasmPath));
    const has = (one: string): boolean => exports.has(one);
    const wasi = new Set(imports.map(({ module }) => module).filter((module) => module !== "env"));
    expect({
      abi: ["0_1_0", "0_2_0", "0_2_1"].filter((version) => has(`proxy_abi_version_${version}`)).join(),
      start: ["_initialize", "_start"].find(has) ?? "none",
      allocator: ["malloc", "proxy_on_memory_allocate"].find(has),
      wasi: [...wasi].join() || "none",
    }).toEqual(kind);
  });

  describeHosts(name, suiteOf(wasmPath), (suite) => tests(suite, lacks));
}
