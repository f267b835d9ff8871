import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("corpus", import.meta.url));
/** Inputs that once showed a defect stay, whatever they reach. */
const REGRESSION = "regression-";

function nameOf(input: Uint8Array): string {
  return createHash("sha256").update(input).digest("hex").slice(0, 12);
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

/** The inputs in the corpus of `target`, by name of their files. */
export function loadCorpus(target: string): { readonly name: string; readonly input: Buffer }[] {
  const folder = join(FOLDER, target);
  return namesIn(folder).map((name) => ({ name, input: readFileSync(join(folder, name)) }));
}

/** Replaces the corpus of `target` by `inputs`; regressions stay. */
export function saveCorpus(target: string, inputs: readonly Buffer[]): void {
  const folder = join(FOLDER, target);
  mkdirSync(folder, { recursive: true });
  const wanted = new Map(inputs.map((input) => [nameOf(input), input]));
  for (const name of namesIn(folder))
    if (!name.startsWith(REGRESSION) && !wanted.has(name)) rmSync(join(folder, name));
  for (const [name, input] of wanted) writeFileSync(join(folder, name), input);
}

/** Keeps an input that shows a defect; returns its path. */
export function saveRegression(target: string, input: Buffer): string {
  const folder = join(FOLDER, target);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, REGRESSION + nameOf(input));
  writeFileSync(path, input);
  return path;
}
