/** What `sidecraft build` says of a filter that does not compile, or only just. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { filterWith } from "../toolchain/compile.ts";
import { copyWorkspace, runCli } from "./run-cli.ts";

const FILE = "filters/probe/assembly/filter.ts";
const WRONG = filterWith("  onRequestHeader(): Action { return Action.Continue; }");
const MESSAGE =
  "onRequestHeader is no hook of HttpFilter, and nothing calls it; did you mean onRequestHeaders?";

describe("build", () => {
  const workspace = copyWorkspace();
  afterAll(() => workspace[Symbol.dispose]());
  const build = (source: string, ...options: string[]) => {
    const file = join(workspace.path, FILE);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, source);
    return runCli(["build", "probe", ...options], { workspace: workspace.path });
  };

  it("shows a mistake with file, line and caret", async () => {
    const { code, stdout, stderr } = await build(WRONG);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(`ERROR AS102: ${MESSAGE}
   :
 3 │ onRequestHeader(): Action { return Action.Continue; }
   │ ~~~~~~~~~~~~~~~
   └─ in ${FILE}(3,3)`);
    expect(stderr).not.toContain("FAILURE");
  });

  it("gives it to programs with --json", async () => {
    const { code, stdout } = await build(WRONG, "--json");
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      name: "probe",
      target: "release",
      errors: [
        { severity: "error", code: "AS102", message: MESSAGE, place: { file: FILE, line: 3, column: 3 } },
      ],
    });
  });

  it("shows a warning, each time, and makes the module", async () => {
    for (let time = 0; time < 2; time++) {
      const { code, stdout, stderr } = await build(`${filterWith("")}class Idle extends HttpFilter {}\n`);
      expect(code).toBe(0);
      expect(stdout).toContain("probe.wasm");
      expect(stderr).toContain("WARNING AS102: Idle is never made: no hook of it runs");
    }
  });
});
