import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadCorpus } from "./corpus.ts";
import { Fuzzer } from "./fuzzer.ts";
import { Guest } from "./guest.ts";
import { TARGETS } from "./targets/index.ts";

const MUTATIONS = 10_000;
const SEED = 20_261_124;

let guest: Guest;
let tried = 0;

beforeAll(async () => {
  guest = await Guest.load();
});

afterAll(() => {
  console.log(`fuzzing: ${TARGETS.length} parsers, ${tried} inputs (seed ${SEED})`);
});

describe("every parser of host data", () => {
  it.each(TARGETS.map((target) => [target.name, target] as const))(
    `%s stands its corpus and ${MUTATIONS} mutations of it`,
    (name, target) => {
      const fuzzer = new Fuzzer(guest, target, SEED);
      for (const { input } of loadCorpus(name)) fuzzer.try(input);
      for (let left = MUTATIONS; left > 0; left--) fuzzer.step();
      tried += fuzzer.executions;
      expect(fuzzer.findings.map(({ problem, input }) => `${problem}: ${input.toString("hex")}`)).toEqual([]);
      // A target that reaches nothing would find nothing.
      expect(fuzzer.edges).toBeGreaterThan(300);
    },
  );

  it("has policies behind the configurations that targets are given", () => {
    for (const count of ["authErrors", "canaryErrors"]) expect(guest.ask(count)).toBe(0);
  });
});

describe("the fuzzer itself", () => {
  const run = (target: (typeof TARGETS)[number], mutations: number): Fuzzer => {
    const fuzzer = new Fuzzer(guest, target, SEED);
    for (let left = mutations; left > 0; left--) fuzzer.step();
    return fuzzer;
  };

  it("tries the same inputs with the same seed", () => {
    const [target] = TARGETS as [(typeof TARGETS)[number]];
    const [first, second] = [run(target, 500), run(target, 500)];
    expect(second.corpus.map((input) => input.toString("hex"))).toEqual(
      first.corpus.map((input) => input.toString("hex")),
    );
    expect(second.edges).toBe(first.edges);
  });

  it("finds a trap, a loop without end and reading beside the input, and makes the input short", () => {
    const problemsOf = (name: string): string[] =>
      run({ name, seeds: [`some text with ! in it`] }, 0).findings.map(
        ({ problem, input }) => `${problem.replace(/\d+/, "n")} <${input.toString()}>`,
      );
    expect(problemsOf("defectTrap")).toEqual([expect.stringMatching(/^unreachable .*<!>$/)]);
    expect(problemsOf("defectLoop")).toEqual(["did not end within n steps <!>"]);
    expect(problemsOf("defectOverread")).toEqual([expect.stringMatching(/^reads beside its input.*<>$/)]);
    expect(problemsOf("defectMemory")).toEqual([
      expect.stringMatching(/^took more than n bytes of memory <!>$/),
    ]);
  });
});
