import { createHash } from "node:crypto";
import { randomNumbers } from "../../harness/src/testing/mutations.ts";
import type { Guest } from "./guest.ts";
import { type Random, mutate } from "./mutators.ts";
import type { Target } from "./targets/target.ts";

/** An input that shows a defect. */
export interface Finding {
  readonly target: string;
  readonly input: Buffer;
  /** What is wrong, for people. */
  readonly problem: string;
}

/** One run in so many is repeated with other bytes around the input. */
const SURROUNDED_RUNS = 8;
const OTHER_SURROUNDINGS = 0x22;

/** Tries inputs on one target and keeps those that reach something new. The same seed tries the same ones. */
export class Fuzzer {
  /** Inputs that reached a new branch, or one a new number of times. */
  readonly corpus: Buffer[] = [];
  executions = 0;
  readonly findings: Finding[] = [];
  private readonly guest: Guest;
  private readonly target: Target;
  private readonly random: Random;
  private readonly words: readonly Buffer[];
  /** A bit for each class of counts that a branch has had. */
  private readonly reached: Uint8Array;

  constructor(guest: Guest, target: Target, seed: number) {
    this.guest = guest;
    this.target = target;
    // Targets must not see the same sequence of changes.
    this.random = randomNumbers(seed ^ createHash("sha256").update(target.name).digest().readInt32LE());
    this.words = (target.words ?? []).map((word) => Buffer.from(word as Uint8Array));
    this.reached = new Uint8Array(guest.edges);
    // The allocator has branches, too: which of them run depends on what the memory holds.
    guest.reset();
    for (const input of ["", ...target.seeds]) this.try(Buffer.from(input as Uint8Array));
  }

  /** How many branches were reached. */
  get edges(): number {
    return this.reached.reduce((count, bits) => count + (bits > 0 ? 1 : 0), 0);
  }

  /** Runs one input; true when it reached something new. */
  try(input: Buffer): boolean {
    const problem = this.problemWith(input, this.executions % SURROUNDED_RUNS === 0);
    this.executions++;
    if (problem !== undefined) {
      // One finding of a kind is enough.
      if (!this.findings.some((finding) => kindOf(finding.problem) === kindOf(problem)))
        this.findings.push({ target: this.target.name, input: this.minimized(input, problem), problem });
      return false;
    }
    return this.keepIfNew(input);
  }

  /** Runs a random change of an input of the corpus. */
  step(): void {
    const other = (): Buffer => this.corpus[this.random(this.corpus.length)] ?? Buffer.alloc(0);
    // The newest inputs lead on more often than others.
    const recent = this.corpus.length - 1 - this.random(Math.min(16, this.corpus.length));
    const from = this.random(4) === 0 ? (this.corpus[recent] ?? other()) : other();
    this.try(Buffer.from(mutate(from, { random: this.random, words: this.words, other })));
  }

  /** The shortest of the corpus that reach together every branch that all of it reaches. */
  distilled(): Buffer[] {
    this.guest.reset();
    const reached = new Uint8Array(this.reached.length);
    return this.corpus
      .toSorted((a, b) => a.length - b.length)
      .filter((input) => {
        this.guest.run(this.target.name, input);
        let isNeeded = false;
        for (const [index, count] of this.guest.counters.entries()) {
          if (count === 0 || reached[index] === 1) continue;
          reached[index] = 1;
          isNeeded = true;
        }
        return isNeeded;
      });
  }

  private keepIfNew(input: Buffer): boolean {
    if (!this.noteReached()) return false;
    this.corpus.push(input);
    return true;
  }

  /** Notes what the last run reached; true when some of it is new. */
  private noteReached(): boolean {
    const { counters } = this.guest;
    let isNew = false;
    for (let i = 0; i < counters.length; i++) {
      const count = counters[i] as number;
      if (count === 0) continue;
      // 1, 2 to 3, 4 to 15, 16 to 127 and more: parsers differ by few and by many.
      const bit = count === 1 ? 1 : count < 4 ? 2 : count < 16 ? 4 : count < 128 ? 8 : 16;
      if (((this.reached[i] as number) & bit) !== 0) continue;
      this.reached[i] = (this.reached[i] as number) | bit;
      isNew = true;
    }
    return isNew;
  }

  private problemWith(input: Buffer, isSurrounded: boolean): string | undefined {
    const { guest, target } = this;
    if (isSurrounded) {
      const outcome = guest.run(target.name, input);
      const elsewhere = guest.run(target.name, input, OTHER_SURROUNDINGS);
      if ("output" in outcome && "output" in elsewhere && !outcome.output.equals(elsewhere.output))
        return "reads beside its input: what it says depends on the bytes around";
      return "trap" in elsewhere ? elsewhere.trap : target.check?.(input, elsewhere.output);
    }
    const outcome = guest.run(target.name, input);
    return "trap" in outcome ? outcome.trap : target.check?.(input, outcome.output);
  }

  /** A short input with the same kind of problem. */
  private minimized(input: Buffer, problem: string): Buffer {
    let best = input;
    for (let size = best.length >> 1; size > 0; size >>= 1) {
      for (let at = 0; at < best.length;) {
        const shorter = Buffer.concat([best.subarray(0, at), best.subarray(at + size)]);
        const found = this.problemWith(shorter, true);
        if (found !== undefined && kindOf(found) === kindOf(problem)) best = shorter;
        else at += size;
      }
    }
    return best;
  }
}

/** The words of a problem without what it quotes. */
function kindOf(problem: string): string {
  return problem.replaceAll(/"(?:[^"\\]|\\.)*"|\d+/g, "_");
}
