/** The benchmark's own variants do what they should on a real Envoy, and a run leaves its reports. No figure is judged. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readOptions } from "../../bench/options.ts";
import { BUILD } from "../../bench/paths.ts";
import { type Results, spread } from "../../bench/results.ts";
import { envoyOrSkip } from "../envoy/support.ts";

const MAIN = fileURLToPath(new URL("../../bench/main.ts", import.meta.url));
// The benchmark reads what the kernel of Linux knows about a process.
const envoy = process.platform === "linux" ? await envoyOrSkip("binary") : null;

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "sidecraft-bench-test-"))));
afterAll(() => rm(folder, { recursive: true, force: true }));

async function bench(...args: string[]): Promise<Results> {
  await promisify(execFile)(process.execPath, [MAIN, ...args, "--out", folder]);
  return JSON.parse(await readFile(join(folder, "results.json"), "utf8")) as Results;
}

describe.skipIf(envoy === null)("on a real Envoy", () => {
  it("has variants that do the four workloads", { timeout: 120_000 }, async () => {
    const { variants } = await bench("--check", "--variants", "native,lua,wat,sidecraft");
    expect(variants.filter(({ state }) => state !== "checked")).toEqual([]);
    expect(variants.filter(({ variant }) => variant === "sidecraft")).toHaveLength(4);
    expect(variants.filter(({ variant }) => variant === "wat")).toHaveLength(2);
  });

  it("measures, and writes JSON and a page", { timeout: 120_000 }, async () => {
    const short = ["--rounds", "1", "--seconds", "0.5", "--copies", "1", "--starts", "1", "--rate", "200"];
    const { variants, machine } = await bench("--workloads", "w4", "--variants", "sidecraft", ...short);
    expect(machine.envoy).toBe(envoy?.version);
    expect(variants.map(({ variant }) => variant)).toEqual(["none", "sidecraft"]);
    for (const { cpu, start, latency } of variants) {
      expect(cpu).toMatchObject([{ copies: 1, bad: 0 }]);
      expect(cpu[0]!.requests).toBeGreaterThan(0);
      expect(cpu[0]!.perRequest.median).toBeGreaterThan(0);
      expect(start!.rssBytes.median).toBeGreaterThan(1e6);
      expect(latency!.p99.median).toBeGreaterThanOrEqual(latency!.p50.median);
    }
    const page = await readFile(join(folder, "report.html"), "utf8");
    expect(page).toContain("<svg");
    expect(page).not.toMatch(/(src|href)=/);
  });

  it("reports what cannot be built or does the wrong thing, and goes on", { timeout: 60_000 }, async () => {
    const wat = join(BUILD, "wat", "w4.wasm");
    const args = ["--variants", "wat", "--variant", "absent=no/such.wasm", "--variant", `wrong=${wat}`];
    const { variants } = await bench("--check", "--workloads", "w4,w1", ...args);
    const states = variants.map(({ workload, variant, state }) => `${workload} ${variant}: ${state}`);
    expect(states.filter((text) => /absent|wrong/.test(text)).sort()).toEqual([
      "w1 absent: not built",
      "w1 wrong: wrong",
      "w4 absent: not built",
      "w4 wrong: checked",
    ]);
  });
});

it("takes the median of both middle values", () => {
  expect(spread([4, 1, 3, 2])).toEqual({ median: 2.5, min: 1, max: 4 });
  expect(spread([7])).toEqual({ median: 7, min: 7, max: 7 });
});

it("refuses options that it does not know", () => {
  expect(readOptions(["--help"])).toBeUndefined();
  expect(() => readOptions(["--workloads", "w5"])).toThrow('--workloads takes w1, w2, w3, w4, not "w5"');
  expect(() => readOptions(["--rounds", "0"])).toThrow("--rounds");
  expect(() => readOptions(["--fast"])).toThrow("--fast");
});
