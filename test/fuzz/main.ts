/** `npm run fuzz -- [--target json] [--seconds 60] [--seed 1]`: long runs; 1 as exit status when something is found. */
import { parseArgs } from "node:util";
import { loadCorpus, saveCorpus, saveRegression } from "./corpus.ts";
import { Fuzzer } from "./fuzzer.ts";
import { Guest } from "./guest.ts";
import { TARGETS } from "./targets/index.ts";

const RUNS_AT_ONCE = 500;
/** Characters of a problem that are printed: it may quote all of the output. */
const SHOWN = 600;

const { values } = parseArgs({
  options: {
    target: { type: "string", multiple: true, default: TARGETS.map(({ name }) => name) },
    seconds: { type: "string", default: "10" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
  },
});
const chosen = TARGETS.filter(({ name }) => values.target.includes(name));
const seconds = Number(values.seconds);
const seed = Number(values.seed);
if (chosen.length === 0 || !(seconds > 0) || !Number.isInteger(seed)) {
  console.error(
    `expected --seconds > 0, a whole --seed, and --target of ${TARGETS.map(({ name }) => name).join(", ")}`,
  );
  process.exit(2);
}

const guest = await Guest.load();
console.log(`${guest.edges} branches in the module, seed ${seed}`);
for (const target of chosen) {
  const fuzzer = new Fuzzer(guest, target, seed);
  for (const { input } of loadCorpus(target.name)) fuzzer.try(input);
  for (const end = Date.now() + seconds * 1000; Date.now() < end;)
    for (let left = RUNS_AT_ONCE; left > 0; left--) fuzzer.step();
  const { edges, executions, findings } = fuzzer;
  const kept = fuzzer.distilled();
  saveCorpus(target.name, kept);
  console.log(`${target.name}: ${executions} inputs, ${edges} branches, ${kept.length} in the corpus`);
  for (const { input, problem } of findings) {
    process.exitCode = 1;
    console.error(
      `${target.name}: ${problem.slice(0, SHOWN)}\n  input ${JSON.stringify(input.toString("latin1"))}`,
    );
    console.error(`  kept as ${saveRegression(target.name, input)}`);
  }
}
