import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { count } from "../../harness/src/cli/support/test-run.ts";
import type { FileResult } from "../../harness/src/cli/support/vitest-reporter.ts";
import { copyWorkspace, runCli, scratch, startCli } from "./run-cli.ts";

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

  it("--trace reaches the tests, wherever it stands, and not vitest", async () => {
    using workspace = workspaceWith('it("is traced", () => expect(process.env.SIDECRAFT_TRACE).toBe("1"));');
    for (const args of [["--trace"], ["sample", "-t", "is", "--trace"]]) {
      const { code, stdout } = await runCli(["test", ...args], { workspace: workspace.path });
      expect(stdout).toMatch(/\n1 passed, 0 failed\n$/);
      expect(code).toBe(0);
    }
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

  it("says how many tests ran in the emulator only", async () => {
    using workspace = workspaceWith(
      'import { describe } from "vitest"; describe("faults [emulator only]", () => it("one", () => {}));',
    );
    const { code, stdout, stderr } = await runCli(["test"], { workspace: workspace.path });
    expect(stderr).toMatch(/^1 ran in the emulator only: their suites say so \(onlyEmulator\)$/m);
    expect(stdout).toMatch(/\n1 passed, 0 failed\n$/);
    expect(code).toBe(0);
  });

  it("fails where CI=true and there is no Docker", async () => {
    using workspace = workspaceWith(PASSING);
    const env = { CI: "true", DOCKER_HOST: "tcp://127.0.0.1:9" };
    const { code, stdout, stderr } = await runCli(["test"], { workspace: workspace.path, env });
    expect(stderr).toMatch(/missing, and CI=true: tests in containers: no Docker engine/);
    expect(stdout).toMatch(/^0 passed, 1 failed\n$/);
    expect(code).toBe(1);
  });

  it("hands the choice of hosts on, and needs nothing for the emulator alone", async () => {
    using workspace = workspaceWith(
      'it("chosen", () => expect(process.env.SIDECRAFT_HOSTS).toBe("emulator"));',
    );
    const env = { CI: "true", DOCKER_HOST: "tcp://127.0.0.1:9", ENVOY_PATH: "/nonexistent" };
    const { code, stdout } = await runCli(["test", "--hosts", "emulator"], {
      workspace: workspace.path,
      env,
    });
    expect(stdout).toMatch(/\n1 passed, 0 failed\n$/);
    expect(code).toBe(0);
  });

  it.each([
    ["emulater", /--hosts: there is no host "emulater"; there are emulator, envoy, container/],
    ["envoy,container", /--hosts: one run takes either envoy or container/],
  ])("refuses --hosts %s, exit code 2", async (hosts, words) => {
    const { code, stderr } = await runCli(["test", "--hosts", hosts]);
    expect(stderr).toMatch(words);
    expect(code).toBe(2);
  });

  it("names what fails outside of a test", async () => {
    using workspace = workspaceWith(
      'import { beforeAll } from "vitest"; beforeAll(() => { throw new Error("no host"); }); it("one", () => {});',
    );
    const { code, stdout, stderr } = await runCli(["test"], { workspace: workspace.path });
    expect(stderr).toMatch(/failed outside of a test: test\/sample\.test\.ts: no host/);
    expect(stdout).toMatch(/\n0 passed, 1 failed\n$/);
    expect(code).toBe(1);
  });

  it("Ctrl-C lets hooks clean up, and leaves no temporary file", async () => {
    using workspace = workspaceWith(
      'import { afterAll } from "vitest"; import { mkdtempSync, writeFileSync } from "node:fs"; import { tmpdir } from "node:os";\n' +
        'afterAll(() => writeFileSync("cleaned-up", ""));\n' +
        'it("waits", async () => { mkdtempSync(tmpdir() + "/left-"); console.log("it waits"); await new Promise((resolve) => setTimeout(resolve, 1500)); });',
    );
    using temporary = scratch();
    const cli = startCli(["test"], { workspace: workspace.path, env: { TMPDIR: temporary.path } });
    await cli.printed("it waits");
    cli.child.kill("SIGINT");
    const { code, stderr } = await cli.ended;
    expect(stderr).toMatch(/sidecraft: interrupted \(SIGINT\)\n$/);
    expect(code).toBe(130);
    expect(existsSync(join(workspace.path, "cleaned-up"))).toBe(true);
    expect(readdirSync(temporary.path)).toEqual([]);
  });

  it("says so if no file fits", async () => {
    using workspace = workspaceWith(PASSING);
    const { code, stdout } = await runCli(["test", "no-such-file"], { workspace: workspace.path });
    expect(stdout).toMatch(/\n0 passed, 1 failed\n$/);
    expect(code).toBe(1);
  });
});

describe("counting", () => {
  type State = FileResult["tests"][number]["state"];
  const file = (failed: boolean, problem: string | undefined, ...states: readonly State[]): FileResult => {
    return {
      name: "a.test.ts",
      failed,
      problem,
      tests: states.map((state, index) => ({ name: `test ${index}`, state })),
    };
  };

  it.each([
    [
      "all passed",
      file(false, undefined, "passed", "passed"),
      0,
      { passed: 2, failed: 0, outside: [], skipped: [] },
    ],
    ["one failed", file(true, undefined, "passed", "failed"), 1, { passed: 1, failed: 1, outside: [] }],
    [
      "a file that cannot be loaded",
      file(true, "broken"),
      1,
      { passed: 0, failed: 0, outside: ["a.test.ts: broken"] },
    ],
    [
      "a hook before them failed",
      file(true, "broken", "skipped"),
      1,
      { outside: ["a.test.ts: broken"], skipped: ["test 0"] },
    ],
    [
      "a hook after them failed",
      file(true, "broken", "failed"),
      1,
      { failed: 1, outside: ["a.test.ts: broken"] },
    ],
    [
      "an error between tests",
      file(false, undefined, "passed"),
      1,
      { outside: [expect.stringContaining("status 1")] },
    ],
  ])("%s", (_, result, code, expected) => {
    expect(count([result], code)).toMatchObject(expected);
  });

  it("takes a run without result for a failure", () => {
    expect(count([], null).outside).toHaveLength(1);
  });
});
