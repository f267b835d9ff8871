/** The results as one HTML page without anything outside it. */
import type { Results, VariantResult } from "../results.ts";
import { BASELINE } from "../variants/index.ts";
import { WORKLOADS, workload, type WorkloadName } from "../workloads.ts";
import { type Bar, barChart } from "./chart.ts";
import { escape } from "./escape.ts";
import { STYLE } from "./style.ts";

/** The page. */
export function reportPage(results: Results): string {
  const sections = WORKLOADS.map((name) => section(name, results.variants));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>What a filter costs in Envoy</title><style>${STYLE}</style></head><body>
<h1>What a filter costs in Envoy</h1>
<p>CPU time of the Envoy process per request and filter, minus the same Envoy without a filter, measured in
turns. Bars are medians over the rounds, thin lines the range. Orange is the floor: the same work written
without an SDK.</p>
${facts(results)}
${sections.join("\n")}
</body></html>
`;
}

function facts({ date, seconds, machine, settings }: Results): string {
  const list = {
    Machine: `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.kernel}`,
    Envoy: `${machine.envoy}, one worker`,
    Commit: machine.commit,
    Load: `${settings.generator}, ${settings.connections} connections, ${settings.rounds} rounds of ${settings.secondsPerRound} s`,
    Run: `${date}, ${seconds} s, load average ${machine.loadBefore.toFixed(1)} before, ${machine.loadAfter.toFixed(1)} after`,
  };
  const rows = Object.entries(list).map(([name, text]) => `<dt>${name}</dt><dd>${escape(text)}</dd>`);
  return `<dl>${rows.join("\n")}</dl>`;
}

function section(name: WorkloadName, all: readonly VariantResult[]): string {
  const rows = all.filter((row) => row.workload === name);
  if (rows.length === 0) return "";
  const copies = [...new Set(rows.flatMap(({ cpu }) => cpu.map((each) => each.copies)))];
  const charts = copies.toReversed().map((count) => {
    const title = count === 1 ? "One copy in the chain" : `${count} copies in the chain`;
    return barChart(title, "microseconds per filter and request", bars(rows, count));
  });
  return `<h2>${name}: ${escape(workload(name).title)}</h2>
${charts.join("\n")}
<div class="scroll">${table(rows)}</div>`;
}

function bars(rows: readonly VariantResult[], copies: number): Bar[] {
  return rows.flatMap(({ variant, cpu }) => {
    const found = cpu.find((each) => each.copies === copies);
    if (variant === BASELINE || found === undefined) return [];
    return { label: variant, value: found.perFilter, kind: kindOf(variant) };
  });
}

function kindOf(variant: string): Bar["kind"] {
  if (variant === "sidecraft") return "own";
  return variant === "wat" || variant === "rust-raw" ? "floor" : "other";
}

const HEADS = [
  "",
  "module bytes",
  "ready, ms over none",
  "RSS, MB over none",
  "linear memory, KiB",
  "p50 µs",
  "p99 µs",
  "bad answers",
];

function table(rows: readonly VariantResult[]): string {
  const head = HEADS.map((text) => `<th>${text}</th>`).join("");
  return `<table><tr>${head}</tr>${rows.map(tableRow).join("\n")}</table>`;
}

function tableRow({
  variant,
  title,
  state,
  reason,
  moduleBytes,
  start,
  latency,
  cpu,
}: VariantResult): string {
  const name = `<td title="${escape(title)}">${escape(variant)}</td>`;
  if (reason !== undefined) {
    return `<tr>${name}<td class="reason" colspan="${HEADS.length - 1}">${state}: ${escape(reason)}</td></tr>`;
  }
  const cells = [
    moduleBytes.toLocaleString("en"),
    start?.readyOverMs.median.toFixed(1),
    start && (start.rssOverBytes.median / 1e6).toFixed(1),
    start?.linearMemories.map((bytes) => bytes / 1024).join(" + "),
    latency?.p50.median.toFixed(0),
    latency?.p99.median.toFixed(0),
    String(cpu.reduce((sum, each) => sum + each.bad, 0)),
  ];
  return `<tr>${name}${cells.map((cell) => `<td>${cell ?? ""}</td>`).join("")}</tr>`;
}
