import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findFlaw } from "../../harness/src/cli/support/json-file.ts";

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe("finding what is not JSON", () => {
  it.each([
    ["", 1, 1, /ends too early/],
    ['{"a": 1', 1, 8, /ends too early/],
    ['{\n  "a": 1,\n}', 3, 1, /a name in quotation marks expected, not "}"/],
    ['{\n  "a" 1}', 2, 7, /":" expected, not "1"/],
    ['{"a": [1 2]}', 1, 10, /"," or "]" expected, not "2"/],
    ['{"a": 1} x', 1, 10, /unexpected "x"/],
    ['{"a": 1}\n{}', 2, 1, /the end expected/],
    ['{"a": 01}', 1, 7, /unexpected "01"/],
    ['{"a": nul}', 1, 7, /unexpected "nul"/],
    ["{'a': 1}", 1, 2, /double quotation marks/],
    ['{ // why\n"a": 1}', 1, 3, /no comments/],
    ['{"a": "x\ny"}', 1, 7, /not closed on its line/],
    ['{"a": "\\x"}', 1, 7, /escape/],
    ['\ufeff{"a": 1}', 1, 1, /byte order mark/],
    ["[1,]", 1, 4, /a value expected, not "]"/],
    ['{"a"]', 1, 5, /":" expected/],
  ])("%j: line %i, column %i", (text, line, column, problem) => {
    expect(findFlaw(text)).toMatchObject({ line, column, problem: expect.stringMatching(problem) as string });
  });

  it("agrees with JSON.parse on JSON with one character changed", () => {
    fc.assert(
      fc.property(
        fc.json(),
        fc.nat(),
        fc.constantFrom("", ...'{}[]",:0 eE.-+tn\\x\u0000\n'),
        (json, at, character) => {
          const index = at % (json.length + 1);
          const text = json.slice(0, index) + character + json.slice(index + 1);
          expect([json, findFlaw(json)]).toEqual([json, undefined]);
          expect([text, findFlaw(text) === undefined]).toEqual([text, parses(text)]);
        },
      ),
      { numRuns: 2000, seed: 7 },
    );
  });

  it("takes a long text in linear time", () => {
    const text = `[${'"a\\n",'.repeat(200_000)}`;
    expect(findFlaw(text)?.problem).toMatch(/ends too early/);
  });
});
