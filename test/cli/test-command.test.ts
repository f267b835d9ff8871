import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { count } from "../../harness/src/cli/support/test-run.ts";
import { copyWorkspace, runCli } from "./run-cli.ts";

/** A workspace without filters that has these tests. */
function workspaceWith(tests: string): ReturnType<typeof copyWorkspace> {
  const workspace = copyWorkspace();
  mkdirSync(join(workspace.path, "filters"), { recursive: true });
  mkdirSync(join(workspace.path, "test"), { recursive: true });
  writeFileSync(
    join(workspace.path, "test/sample.test.ts"),
    `import { expect, it } from "vitest";\n${tests}`,
  );
  // Where the test runner's own set-up is not what is tested.
  writeFileSync(
    join(workspace.path, "vitest.config.ts"),
    'export default { test: { include: ["test/*.test.ts"] } };\n',
  );
  return workspace;
}

const PASSING =
  'it("one", () => {}); it("two", () => expect(process.env.ENVOY_PATH ?? process.env.ENVOY_IMAGE).toBeTruthy());';

describe("sidecraft test", () => {
  it("ends with the count, exit code 0 if nothing failed", async () => {
    using workspace = workspaceWith(PASSING);
    const { code, stdout } = await runCli(["test"], { workspace: workspace.path });
    expect(stdout).toMatch(/\n2 passed, 0 failed\n$/);
    expect(code).toBe(0);
  });

  it("counts what failed, exit code 1", async () => {
    using workspace = workspaceWith('it("one", () => {}); it("two", () => expect(1).toBe(2));');
    const { code, stdout } = await runCli(["test"], { workspace: workspace.path });
    expect(stdout).toMatch(/\n1 passed, 1 failed\n$/);
    expect(code).toBe(1);
  });

  it("hands arguments to vitest", async () => {
    using workspace = workspaceWith(PASSING);
    const { code, stdout } = await runCli(["test", "sample", "-t", "one"], { workspace: workspace.path });
    expect(stdout).toMatch(/\n1 passed, 0 failed\n$/);
    expect(code).toBe(0);
  });

  it("counts what is skipped as failed where CI=true, and names it", async () => {
    using workspace = workspaceWith('it("one", () => {}); it.skip("left out", () => {});');
    const laptop = await runCli(["test"], { workspace: workspace.path });
    expect(laptop.stdout).toMatch(/\n1 passed, 0 failed\n$/);
    expect(laptop.stderr).toMatch(/1 not run:\n {2}left out/);
    const ci = await runCli(["test"], {
      workspace: workspace.path,
      env: { CI: "true", PATH: process.env["PATH"] },
    });
    expect(ci.stdout).toMatch(/passed, 1 failed\n$/);
    expect(ci.code).toBe(1);
  }, 60_000);

  it("fails where CI=true and there is no Docker", async () => {
    using workspace = workspaceWith(PASSING);
    const env = { CI: "true", DOCKER_HOST: "tcp://127.0.0.1:9" };
    const { code, stdout, stderr } = await runCli(["test"], { workspace: workspace.path, env });
    expect(stderr).toMatch(/missing, and CI=true: tests in containers: no Docker engine/);
    expect(stdout).toMatch(/^0 passed, 1 failed\n$/);
    expect(code).toBe(1);
  });

  it("says so if no file fits", async () => {
    using workspace = workspaceWith(PASSING);
    const { code, stdout } = await runCli(["test", "no-such-file"], { workspace: workspace.path });
    expect(stdout).toMatch(/\n0 passed, 1 failed\n$/);
    expect(code).toBe(1);
  });
});

describe("counting", () => {
  const file = (status: string, ...tests: readonly string[]) => ({
    name: "a.test.ts",
    status,
    message: "broken\nmore",
    assertionResults: tests.map((one, index) => ({ fullName: `test ${index}`, status: one })),
  });

  it.each([
    [
      "all passed",
      [file("passed", "passed", "passed")],
      0,
      { passed: 2, failed: 0, outside: [], skipped: [] },
    ],
    ["one failed", [file("failed", "passed", "failed")], 1, { passed: 1, failed: 1, outside: [] }],
    [
      "a file that cannot be loaded",
      [file("failed")],
      1,
      { passed: 0, failed: 0, outside: ["a.test.ts: broken"] },
    ],
    [
      "a hook that failed",
      [file("failed", "skipped")],
      1,
      { failed: 0, outside: ["a.test.ts: broken"], skipped: ["test 0"] },
    ],
    [
      "an error between tests",
      [file("passed", "passed")],
      1,
      { passed: 1, outside: [expect.stringContaining("vitest ended with status 1")] },
    ],
  ])("%s", (_, testResults, code, expected) => {
    expect(count({ testResults }, code)).toMatchObject(expected);
  });

  it("takes a missing report for a failure", () => {
    expect(count(undefined, null).outside).toHaveLength(1);
  });
});
