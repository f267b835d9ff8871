import { expect, it } from "vitest";
import {
  functionNames,
  NAMES,
  ONE_NAME,
  withCustomSection,
  withoutCustomSections,
} from "../../harness/src/bytecode/custom.ts";

const EMPTY = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const named = (...content: number[]): Uint8Array => withCustomSection(EMPTY, NAMES, Uint8Array.from(content));

it("Names are read as far as they go", () => {
  // Subsection 1, 9 bytes, two names: 3 "ab", 4 "c"; then one that is not known.
  const two = [1, 8, 2, 3, 2, 0x61, 0x62, 4, 1, 0x63];
  expect([...functionNames(named(...two, 7, 1, 0))]).toEqual([
    [3, "ab"],
    [4, "c"],
  ]);
  expect([...functionNames(named(1, 8, 200, 1, 3, 2, 0x61, 0x62))]).toEqual([[3, "ab"]]);
  expect([...functionNames(named(1))]).toEqual([]);
  expect([...functionNames(EMPTY)]).toEqual([]);
});

it("The least that makes Envoy print backtraces is 12 bytes", () => {
  const module = withCustomSection(EMPTY, NAMES, ONE_NAME);
  expect(module.length - EMPTY.length).toBe(12);
  expect([...functionNames(module)]).toEqual([[0, ""]]);
  expect(withoutCustomSections(module, [NAMES])).toEqual(Buffer.from(EMPTY));
});
