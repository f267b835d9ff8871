import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lcovParser } from "@friedemannsommer/lcov-parser";
import binaryen from "binaryen";
import { beforeAll, describe, expect, it } from "vitest";
import {
  CoverageCollector,
  coverageTable,
  type FileCoverage,
  filterSources,
  lcov,
  readCoverage,
} from "../../harness/src/coverage/index.ts";
import { instrument } from "../../harness/src/coverage/instrument.ts";
import { mergeCoverage } from "../../harness/src/coverage/report.ts";
import { COUNTERS } from "../../harness/src/bytecode/counters.ts";
import { Wasm } from "../../harness/src/emulator/vm/webassembly.ts";
import { makeTempDir } from "../../harness/src/process/lifetime.ts";
import { buildEntry, WORKSPACE } from "../../harness/src/wasm/build.ts";
import { ok, request, startProbes } from "../emulator/fixtures/probe.ts";

const COUNTED = "test/coverage/assembly/counted.ts";
const DEEP = "test/symbols/assembly/deep.ts";

/** Requests with values of these lengths in x-number, to a filter that is measured; what reached the upstream. */
async function measure(
  directory: string,
  lengths: readonly number[],
  wasmPath: string,
): Promise<(string | undefined)[]> {
  const seen: (string | undefined)[] = [];
  const instrumentation = new CoverageCollector(directory, filterSources).session();
  await using emulator = await startProbes({
    filters: [{ wasmPath }],
    instrumentation,
    clusters: {
      up: ({ headers }) => {
        seen.push(headers.find(([name]) => name === "x-text")?.[1]);
        return ok("");
      },
    },
  });
  for (const length of lengths)
    await emulator.fetch(request({ headers: length > 0 ? [["x-number", "x".repeat(length)]] : [] }));
  return seen;
}

/** The lines that can run as `count | line`, branches behind them. */
function annotated(file: FileCoverage): string[] {
  const text = readFileSync(join(WORKSPACE, file.file), "utf8").split("\n");
  return Array.from(file.lines, ([line, count]) => {
    const branches = file.branches.filter((branch) => branch.line === line);
    const arms = branches.map((branch) => ` // ${branch.arms.join(" ")}`).join("");
    return `${count} | ${text[line - 1]?.trim()}${arms}`;
  });
}

describe("The counts", () => {
  let files: readonly FileCoverage[];
  let texts: (string | undefined)[];
  beforeAll(async () => {
    await using directory = await makeTempDir("sidecraft-coverage-");
    const { wasmPath } = await buildEntry(COUNTED, { target: "coverage" });
    texts = await measure(directory.path, [1, 2, 4, 0], wasmPath);
    ({ files } = readCoverage(directory.path, filterSources));
  });

  it("are those of every line and of every arm", () => {
    expect(files.map(({ file }) => file)).toEqual([COUNTED]);
    expect(files.flatMap(annotated)).toEqual([
      // Inlined twice, in a loop that goes on 1 + 2 + 3 times.
      "12 | return value * value;",
      "3 | let sum = 0;",
      // Each of the three ends with one look at the condition more.
      "10 | for (let i = 1; i <= limit; i++) { // 7 3",
      "7 | if (i % 3 == 0) continue; // 1 6",
      "6 | sum += square(i) + square(1);",
      "3 | return sum;",
      "3 | switch (value) {",
      "3 | case 1: // 1 2",
      '1 | return "one";',
      "2 | case 2: // 1 1",
      "1 | case 3: // 0 1",
      '1 | return "few";',
      '1 | return "many";',
      // Two instances of one generic function.
      "6 | if (value > most) return most; // 2 4",
      "4 | return value;",
      "3 | let turns = 0;",
      "9 | while (turns < 2) turns++; // 6 3",
      "6 | do turns--;",
      "6 | while (turns > 0); // 3 3",
      "3 | const both = a && b; // 1 2",
      "3 | return a || b ? (both ? 2 : 1) : 0; // 1 2 // 2 1 // 1 1",
      '4 | const found = this.requestHeaders.get("x-number");',
      "4 | if (!found) return Action.Continue; // 1 3",
      "3 | const number = found.length;",
      // Neither what the compiler has decided nor its own checks are branches.
      "3 | if (ASC_TARGET == 0) return Action.Pause;",
      "3 | const least = atMost<i32>(number, 2) + i32(atMost<f64>(number, 2));",
      '3 | assert(least > 0, "never");',
      '3 | const again = this.requestHeaders.get("x-number")!;',
      expect.stringMatching(/^3 \| const text = [^/]*$/),
      '3 | this.requestHeaders.set("x-text", text);',
      "3 | return Action.Continue;",
      '4 | const found = this.responseHeaders.get("x-none");',
      "4 | if (found) { // 0 4",
      '0 | this.responseHeaders.remove("x-none");',
      "0 | return Action.Pause;",
      "4 | return Action.Continue;",
      "1 | return new CountedFilter();",
      // Base, canary, main thread and worker run it; the plugin is made where the requests are.
      "5 | registerPlugin(() => new CountedPlugin());",
    ]);
  });

  it("are read by others as lcov", async () => {
    const [record, ...others] = await lcovParser({ from: lcov(files) });
    expect(others).toEqual([]);
    expect(record?.path).toBe(COUNTED);
    expect(record?.lines).toMatchObject({ instrumented: 38, hit: 36 });
    expect(record?.branches).toMatchObject({ instrumented: 28, hit: 26 });
    expect(record?.lines.details.find(({ line }) => line === 8)).toMatchObject({ hit: 12 });
    expect(record?.branches.details.slice(0, 2)).toMatchObject([
      { line: 13, hit: 7 },
      { line: 13, hit: 3 },
    ]);
  });

  it("make a table", () => {
    expect(coverageTable(files)).toEqual([
      "File                               | % Lines | % Branch | Uncovered lines",
      "-----------------------------------|---------|----------|----------------",
      "All files                          |   94.73 |    92.85 |",
      " test/coverage/assembly/counted.ts |   94.73 |    92.85 | 63-64",
    ]);
  });

  it("change nothing that the filter does", async () => {
    await using directory = await makeTempDir("sidecraft-coverage-");
    const { wasmPath } = await buildEntry(COUNTED);
    expect(texts).toEqual(await measure(directory.path, [1, 2, 4, 0], wasmPath));
    expect(texts).toEqual(["2 one 2 2 1", "7 few 4 1 2", "24 many 4 0 4", undefined]);
    // A release has nothing to be counted by.
    expect(readCoverage(directory.path, filterSources).files).toEqual([]);
  });
});

describe("Counting", () => {
  it("goes up to where a module trapped, whose frames keep their lines", async () => {
    await using directory = await makeTempDir("sidecraft-coverage-");
    const { wasmPath } = await buildEntry(DEEP, { target: "coverage" });
    {
      const instrumentation = new CoverageCollector(directory.path, filterSources).session();
      await using emulator = await startProbes({ filters: [{ wasmPath }], instrumentation });
      await emulator.fetch(request({ headers: [["x-way", "unreachable"]] }));
      expect(emulator.traps[0]?.error.stack?.split("\n").slice(1, 5)).toEqual([
        `    at descend (${DEEP}:7:29)`,
        `    at descend (${DEEP}:6:25)`,
        `    at descend (${DEEP}:6:25)`,
        `    at DeepFilter#onRequestHeaders (${DEEP}:16:12)`,
      ]);
    }
    const { files } = readCoverage(directory.path, filterSources);
    expect(files.flatMap(annotated).slice(0, 4)).toEqual([
      "3 | if (depth > 0) return descend(depth - 1, way) + 1; // 2 1",
      '1 | if (way == "unreachable") unreachable(); // 1 0',
      "0 | const numbers = new Array<i32>(2);",
      "0 | return numbers[way.length];",
    ]);
  });

  it("adds up what several processes and hosts leave", async () => {
    await using directory = await makeTempDir("sidecraft-coverage-");
    const { wasmPath } = await buildEntry(COUNTED, { target: "coverage" });
    for (const lengths of [[1], [2, 4], [0]]) await measure(directory.path, lengths, wasmPath);
    const [file] = readCoverage(directory.path, filterSources).files;
    expect(file?.lines.get(8)).toBe(12);
    expect(file?.lines.get(48)).toBe(4);
  });

  it("takes no counts for a module that was built again since", async () => {
    await using directory = await makeTempDir("sidecraft-coverage-");
    await using built = await makeTempDir("sidecraft-coverage-");
    const { wasmPath } = await buildEntry(COUNTED, { target: "coverage" });
    const copy = join(built.path, "counted.wasm");
    for (const end of ["", ".map"]) copyFileSync(`${wasmPath}${end}`, `${copy}${end}`);
    await measure(directory.path, [1], copy);
    const other = await buildEntry(DEEP, { target: "coverage" });
    for (const end of ["", ".map"]) writeFileSync(`${copy}${end}`, readFileSync(`${other.wasmPath}${end}`));
    expect(readCoverage(directory.path, filterSources)).toEqual({ files: [], stale: 1 });
  });
});

it("A br_table has an arm for each of its labels", async () => {
  const module = binaryen.parseText(`(module
    (memory 1)
    (func (export "choose") (param i32) (result i32)
      (block $two (block $one (block $zero
        (br_table $zero $one $two (local.get 0)))
        (return (i32.const 10)))
        (return (i32.const 11)))
      (i32.const 12)))`);
  const bytes = module.emitBinary();
  module.dispose();
  const location = { source: "a.ts", line: 3, column: 2 };
  // Where `local.get 0` is.
  const offset = Buffer.from(bytes).indexOf(Buffer.of(0x20, 0x00, 0x0e));
  const { wasm, points } = instrument(bytes, new Map([[offset, location]]));
  const exports = new Wasm.Instance(await Wasm.compile(wasm), {}).exports as {
    choose(index: number): number;
    [COUNTERS]: { readonly buffer: ArrayBuffer };
  };
  expect([0, 1, 1, 2, 9, -1].map((index) => exports.choose(index))).toEqual([10, 11, 11, 12, 12, 12]);
  const counts = [...new Uint32Array(exports[COUNTERS].buffer, 0, points.counters)];
  const [file] = mergeCoverage([{ points, counts }]);
  expect(file?.branches).toEqual([{ line: 3, column: 2, arms: [1, 2, 3] }]);
});
