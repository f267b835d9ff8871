import { describe, expect, it } from "vitest";
import { diagnosticsOf, ENTRY, filterWith } from "./compile.ts";

const register = "registerPlugin(() => new ProbePlugin());";
const says = async (source: string): Promise<string[]> =>
  (await diagnosticsOf(source)).map(
    ({ severity, message, place }) => `${severity} ${place?.line}:${place?.column} ${message}`,
  );

describe("A module", () => {
  it("without a plugin is refused", async () => {
    const place = { file: ENTRY, line: 1, column: 1 };
    const message =
      "no plugin is registered: call registerPlugin(() => new MyPlugin()) at the top level of this file";
    expect(await diagnosticsOf(filterWith("").replace(register, ""))).toEqual(
      expect.arrayContaining([{ severity: "error", code: "AS102", message, place }]),
    );
  });

  it("that never calls what registers its plugin is refused", async () => {
    const source = filterWith("").replace(register, `function never(): void { ${register} }`);
    expect(await says(source)).toEqual([
      "error 1:1 no plugin is registered: call registerPlugin(() => new MyPlugin()) at the top level of this file",
    ]);
  });

  it.each([
    [`${register}\n${register}`, "without a root_id"],
    [`${register.replace(");", ', "a");')}\n${register.replace(");", ', "a");')}`, 'for root_id "a"'],
  ])("with two plugins for one root_id is refused: %s", async (calls, which) => {
    expect(await says(filterWith("").replace(register, calls))).toEqual([
      `error 10:1 a plugin is registered ${which} already: this one is never made`,
    ]);
  });

  it("may have several plugins", async () => {
    const calls = ['"a"', '"b"', '"a" + "c"'].map((id) => register.replace(");", `, ${id});`)).join("\n");
    expect(await says(filterWith("").replace(register, calls))).toEqual([]);
  });

  it.each(["HttpFilter", "Plugin"])("is warned of a class that nothing makes: %s", async (base) => {
    const source = `${filterWith("")}class Idle extends ${base} {}\nabstract class Base extends ${base} {}\n`;
    expect(await says(source)).toEqual(["warning 10:7 Idle is never made: no hook of it runs"]);
  });
});
