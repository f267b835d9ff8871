/** The results as a table for a terminal. */
import { type Results, type Spread, type VariantResult } from "../results.ts";
import { WORKLOADS, workload } from "../workloads.ts";

/** Lines to print: a table for each workload, then what was not measured. */
export function tableLines(results: Results): string[] {
  const { machine, settings } = results;
  const lines = [
    `${machine.cpu}, ${machine.cores} cores, ${machine.kernel}; Envoy ${machine.envoy}; commit ${machine.commit}`,
    `load by ${settings.generator}, ${settings.connections} connections; ${settings.rounds} rounds of ` +
      `${settings.secondsPerRound} s; load average ${machine.loadBefore.toFixed(1)} to ${machine.loadAfter.toFixed(1)}`,
    "CPU: microseconds of Envoy per filter and request, minus an Envoy without filter; median [min..max]",
  ];
  for (const name of WORKLOADS) {
    const rows = results.variants.filter((each) => each.workload === name);
    if (rows.length === 0) continue;
    lines.push("", `-- ${name} ${workload(name).title}`, ...workloadTable(rows));
  }
  return lines;
}

function workloadTable(rows: readonly VariantResult[]): string[] {
  const copies = [...new Set(rows.flatMap(({ cpu }) => cpu.map((each) => each.copies)))];
  const heads = ["variant", "bytes", ...copies.flatMap((count) => [`CPU x${count}`, "best"])];
  const cells = [[...heads, "ready +ms", "RSS +MB", "linear KiB", "p50 us", "p99 us", "bad"]];
  const failed: string[] = [];
  for (const row of rows) {
    if (row.reason !== undefined) failed.push(`${row.variant} ${row.state}: ${row.reason.split("\n")[0]}`);
    else cells.push(rowCells(row, copies));
  }
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const text = cells.map((row) => row.map((cell, column) => pad(cell, widths[column]!, column)).join("  "));
  return [...text, ...failed];
}

function rowCells({ variant, moduleBytes, cpu, start, latency }: VariantResult, copies: number[]): string[] {
  const byCopies = copies.flatMap((count) => {
    const found = cpu.find((each) => each.copies === count);
    return found ? [ranged(found.perFilter), found.best.toFixed(2)] : ["", ""];
  });
  return [
    variant,
    String(moduleBytes),
    ...byCopies,
    start ? start.readyOverMs.median.toFixed(1) : "",
    start ? (start.rssOverBytes.median / 1e6).toFixed(1) : "",
    start ? start.linearMemories.map((bytes) => bytes / 1024).join("+") : "",
    latency ? latency.p50.median.toFixed(0) : "",
    latency ? latency.p99.median.toFixed(0) : "",
    String(cpu.reduce((sum, each) => sum + each.bad, 0)),
  ];
}

function ranged({ median, min, max }: Spread): string {
  return `${median.toFixed(2)} [${min.toFixed(2)}..${max.toFixed(2)}]`;
}

function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}
