import { describe, expect, it } from "vitest";
import {
  ENV_IMPORTS,
  GUEST_EXPORTS,
  HOOK_SHAPES,
  HOST_PARAMETERS,
  type ParameterKind,
  parameterWidth,
} from "../../harness/src/abi/index.ts";

const width = (kinds: readonly ParameterKind[]): number =>
  kinds.reduce((sum, kind) => sum + parameterWidth(kind), 0);

/** Letters of WebAssembly types that parameters of these kinds have. */
const letters = (kinds: readonly ParameterKind[]): string =>
  kinds.map((kind) => (["i64", "u64"].includes(kind) ? "I" : "i".repeat(parameterWidth(kind)))).join("");

describe("The meaning of parameters", () => {
  it("is known of every host function, as many as its signature has", () => {
    expect([...HOST_PARAMETERS.keys()].sort()).toEqual([...ENV_IMPORTS.keys()].sort());
    for (const [name, kinds] of HOST_PARAMETERS)
      expect(`${name} ${letters(kinds)}`).toBe(`${name} ${ENV_IMPORTS.get(name)?.signature.split(":")[0]}`);
  });

  it("is known of every function that the host calls, with or without a result as its signature has it", () => {
    expect([...HOOK_SHAPES.keys()].sort()).toEqual([...GUEST_EXPORTS.keys()].sort());
    for (const [name, { parameters, result }] of HOOK_SHAPES) {
      const [given = "", returned = ""] = GUEST_EXPORTS.get(name)?.split(":") ?? [];
      expect([name, width(parameters), result !== "none"]).toEqual([name, given.length, returned === "i"]);
    }
  });
});
