/**
 * Tells the process that has started vitest what came of the tests, and ends vitest in an orderly way when that
 * process asks for it: a signal would end vitest at once, and with it what its workers should still clean up.
 *
 * Loaded by vitest, in vitest's main process.
 */
import type { Reporter, TestModule, Vitest } from "vitest/node";

/** One file of tests. */
export interface FileResult {
  readonly name: string;
  /** Whether anything in the file, or the file itself, failed. */
  readonly failed: boolean;
  /** First line of what failed outside of a test, such as a hook or an import. */
  readonly problem: string | undefined;
  readonly tests: readonly { readonly name: string; readonly state: "passed" | "failed" | "skipped" }[];
}

/** What vitest's process tells: that it listens, then what came of the run. */
export type VitestMessage = { readonly listens: true } | { readonly files: readonly FileResult[] };

/** Asks vitest's process to cancel what runs, clean up, and end. */
export const END = "end";

/** The reporter; vitest makes one. */
export default class ResultReporter implements Reporter {
  onInit(vitest: Vitest): void {
    process.once("message", (message) => {
      if (message === END) void vitest.cancelCurrentRun("keyboard-input").then(() => vitest.exit(true));
    });
    process.channel?.unref();
    tell({ listens: true });
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    tell({ files: modules.map(fileResult) });
  }
}

function tell(message: VitestMessage): void {
  process.send?.(message);
}

function fileResult(module: TestModule): FileResult {
  const suites = [...module.children.allSuites()];
  const errors = [...module.errors(), ...suites.flatMap((suite) => suite.errors())];
  const tests = [...module.children.allTests()].map((test) => {
    const { state } = test.result();
    return { name: test.fullName, state: state === "pending" ? ("skipped" as const) : state };
  });
  return {
    name: module.relativeModuleId,
    failed: module.state() === "failed",
    problem: errors[0]?.message.split("\n")[0],
    tests,
  };
}
