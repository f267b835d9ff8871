/** The benchmark's command line: see `node bench/main.ts --help`. */
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { runBenchmark } from "./bench.ts";
import { HELP, type Options, readOptions } from "./options.ts";
import { BUILD } from "./paths.ts";
import { reportPage } from "./report/page.ts";
import { tableLines } from "./report/table.ts";

async function main(options: Options): Promise<void> {
  const started = performance.now();
  const results = await runBenchmark(options, (text) => {
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    process.stderr.write(`${seconds.padStart(4)} s  ${text}\n`);
  });
  const folder = resolve(options.out ?? BUILD);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "results.json"), `${JSON.stringify(results, null, 2)}\n`);
  await writeFile(join(folder, "report.html"), reportPage(results));
  console.log(tableLines(results).join("\n"));
  console.log(`\n${join(folder, "results.json")}\n${join(folder, "report.html")}`);
  // What the project itself brings must work; the other variants need toolchains that a machine may not have.
  const own = results.variants.filter(({ variant }) => variant === "sidecraft" || variant === "wat");
  if (own.some(({ reason }) => reason !== undefined)) process.exitCode = 1;
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) console.log(HELP);
  else await main(options);
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
