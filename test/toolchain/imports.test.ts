import { describe, expect, it } from "vitest";
import { ENV_IMPORTS, WASI_IMPORTS, WASI_MODULES } from "../../harness/src/abi/index.ts";
import { diagnosticsOf, ENTRY, filterWith } from "./compile.ts";

/** Plain JavaScript, without types. */
const TRANSFORM = new URL("../../sdk-shim/transform/host-functions.js", import.meta.url).href;

describe("The transform's list of host functions", () => {
  it("is the emulator's, of ABI 0.2.1", async () => {
    const { HOST_FUNCTIONS } = (await import(TRANSFORM)) as { HOST_FUNCTIONS: unknown };
    const env = [...ENV_IMPORTS].filter(([, { versions }]) => !versions || versions.includes("0_2_1"));
    expect(HOST_FUNCTIONS).toEqual({
      env: env.map(([name]) => name),
      ...Object.fromEntries(WASI_MODULES.map((name) => [name, [...WASI_IMPORTS.keys()]])),
    });
  });
});

const inHook = (statement: string): string =>
  filterWith(`onRequestHeaders(end: bool): Action {\n${statement}\nreturn Action.Continue; }`);

describe("An import that no host has", () => {
  it.each([
    [
      "process.exit(1);",
      "a filter cannot end the proxy it runs in: refuse the configuration or reply to the request",
    ],
    ["process.argv.length;", "a filter has no command line: read the plugin's configuration"],
    [
      'process.env.has("HOME");',
      "process.env is always empty in a filter: environmentVariable(name) of the SDK asks Envoy",
    ],
  ])("is refused where it is used: %s", async (statement, message) => {
    const place = { file: ENTRY, line: 4, column: 1 };
    expect(await diagnosticsOf(inHook(statement))).toEqual([
      { severity: "error", code: "AS102", message, place },
    ]);
  });

  it("is refused where the filter declares it", async () => {
    const source = `${inHook("own(1);")}\ndeclare function own(a: i32): void;\n`;
    const message = "Envoy has no filter.own to import, and would refuse the module";
    expect(await diagnosticsOf(source)).toEqual([
      { severity: "error", code: "AS102", message, place: expect.objectContaining({ line: 13 }) },
    ]);
  });

  it("that is declared and not used is none", async () => {
    expect(await diagnosticsOf(`${inHook("")}\ndeclare function own(a: i32): void;\n`)).toEqual([]);
  });

  it("may be one that Envoy does have", async () => {
    const source = `${inHook("own();")}\n@external("env", "proxy_done")\ndeclare function own(): u32;\n`;
    expect(await diagnosticsOf(source)).toEqual([]);
  });
});
