import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { WORKSPACE } from "../../harness/src/wasm/build.ts";
import { copyWorkspace, runCli } from "./run-cli.ts";

const TEST = `import { expect } from "vitest";
import { describeHosts } from "../harness/src/testing/index.ts";

describeHosts("counted", { filters: [{ filter: "counted" }] }, ({ it, host }) => {
  it("is seen by the upstream", async () => {
    const { upstream } = await host.fetch("/", { headers: { "x-number": "xx" } });
    expect(upstream?.request.header("x-text")).toBe("7 few 4 1 2");
  });
});
`;

/** A workspace with the filter that the tests of coverage know, and one test of it. */
function workspaceWithFilter(): ReturnType<typeof copyWorkspace> {
  const workspace = copyWorkspace();
  const assembly = join(workspace.path, "filters", "counted", "assembly");
  mkdirSync(assembly, { recursive: true });
  cpSync(join(WORKSPACE, "test/coverage/assembly/counted.ts"), join(assembly, "filter.ts"));
  mkdirSync(join(workspace.path, "test"), { recursive: true });
  writeFileSync(join(workspace.path, "test/counted.test.ts"), TEST);
  return workspace;
}

describe("sidecraft test --coverage", () => {
  it("counts in the emulator, says so, and writes lcov and a table", async () => {
    using workspace = workspaceWithFilter();
    const { code, stdout, stderr } = await runCli(["test", "counted", "--coverage"], {
      workspace: workspace.path,
    });
    expect(stderr).toMatch(/coverage: tests run in the emulator only/);
    expect(stdout).toMatch(
      /\n filters\/counted\/assembly\/filter\.ts \| +86\.84 \| +57\.14 \| 23,25,28,63-64\n/,
    );
    expect(stdout).toMatch(/\n1 passed, 0 failed\n$/);
    expect(code).toBe(0);
    const lcov = readFileSync(join(workspace.path, "build/coverage/lcov.info"), "utf8");
    expect(lcov).toMatch(/^TN:\nSF:filters\/counted\/assembly\/filter\.ts\n/);
    expect(lcov).toContain("\nDA:8,4\n");

    const withSdk = await runCli(["test", "counted", "--coverage-sdk"], { workspace: workspace.path });
    expect(withSdk.stdout).toMatch(/\n sdk-shim\/assembly\/headers\.ts +\|/);
  });

  it("refuses other hosts, exit code 2", async () => {
    const { code, stderr } = await runCli(["test", "--coverage", "--hosts", "envoy"]);
    expect(stderr).toMatch(/--coverage counts in the emulator only/);
    expect(code).toBe(2);
  });
});
