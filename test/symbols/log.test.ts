import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { functionBodies } from "../../harness/src/bytecode/functions.ts";
import { type LogPart, LogSymbolizer } from "../../harness/src/symbols/log.ts";
import { Symbols } from "../../harness/src/symbols/symbols.ts";
import { buildEntry } from "../../harness/src/wasm/build.ts";

const DEEP = "test/symbols/assembly/deep.ts";
const HEAD = "[2026-01-01 10:00:00.000][12][error][wasm] [source/x.cc:38] ";
const FAILED = "Function: proxy_on_request_headers failed: Uncaught RuntimeError: unreachable";
const BACKTRACE = "Proxy-Wasm plugin in-VM backtrace:";

const { wasmPath } = await buildEntry(DEEP);
const candidate = { name: "deep", symbols: Symbols.beside(wasmPath) };
/** Offset and number of each function named `descend`, where it begins. */
const [descend] = functionBodies(readFileSync(wasmPath)).filter(
  ({ first }) => candidate.symbols.at(first).function === "descend",
);
const frame = (number: number): string =>
  `  ${number}:  0x${descend?.first.toString(16)} - unknown(function index:${descend?.index})`;
const known = (number: number): RegExp =>
  new RegExp(`  ${number}:  0x[\\da-f]+ - descend \\(${DEEP}:\\d+:\\d+\\)$`);

function read(lines: readonly string[], candidates = [candidate]): { parts: LogPart[]; text: string[] } {
  const symbolizer = new LogSymbolizer(candidates);
  const parts = [...lines.flatMap((line) => symbolizer.take(line)), ...symbolizer.end()];
  return { parts, text: parts.flatMap((part) => part.lines) };
}

describe("A log", () => {
  it("keeps all but the frames, which get lines", () => {
    const lines = ["before", HEAD + FAILED, BACKTRACE, frame(0), frame(1), "after"];
    const { parts, text } = read(lines);
    expect(text).toEqual([
      "before",
      HEAD + FAILED,
      BACKTRACE,
      expect.stringMatching(known(0)),
      expect.stringMatching(known(1)),
      "after",
    ]);
    expect(parts.flatMap(({ trap }) => trap ?? [])).toMatchObject([
      {
        candidate: { name: "deep" },
        entry: "proxy_on_request_headers",
        error: "Uncaught RuntimeError: unreachable",
        frames: [{ index: descend?.index, function: "descend", place: { file: DEEP } }, {}],
      },
    ]);
  });

  it("may have line feeds escaped, and anything before each line", () => {
    const escaped = `${HEAD}${FAILED}\\n${BACKTRACE}\\n${frame(0)}\\n${frame(1)}`;
    expect(read([escaped]).text[0]).toMatch(
      /0: {2}0x[\da-f]+ - descend \(.*\)\\n {2}1: {2}0x[\da-f]+ - descend \(.*\)$/,
    );
    const [trap] = read([escaped]).parts.flatMap((part) => part.trap ?? []);
    expect(trap).toMatchObject({
      entry: "proxy_on_request_headers",
      error: "Uncaught RuntimeError: unreachable",
    });
    const composed = [HEAD + FAILED, BACKTRACE, frame(0)].map((line) => `envoy-1  | ${line}`);
    expect(read(composed).text.at(-1)).toMatch(/^envoy-1 {2}\| {3}0: {2}0x[\da-f]+ - descend \(/);
  });

  it("is left alone where no module fits, or several that are not the same", () => {
    const elsewhere = frame(0).replace(/0x[\da-f]+/, "0x1");
    const lines = [HEAD + FAILED, BACKTRACE, elsewhere];
    expect(read(lines)).toMatchObject({ text: lines, parts: [{}, { trap: { fitting: 0 } }] });
    // In the same function, but within an instruction.
    const within = frame(0).replace(/0x[\da-f]+/, `0x${((descend?.first ?? 0) + 1).toString(16)}`);
    expect(read([BACKTRACE, within]).parts[0]?.trap?.fitting).toBe(0);
  });

  it("may be that of a release or a debug build, which have the same code", async () => {
    const debug = await buildEntry(DEEP, { target: "debug" });
    const both = [candidate, { name: "debug", symbols: Symbols.beside(debug.wasmPath) }];
    expect(read([BACKTRACE, frame(0)], both).parts[0]?.trap?.candidate?.name).toBe("deep");
    const named = frame(0).replace(/unknown\(.*\)/, "test/symbols/assembly/deep/descend");
    expect(read([BACKTRACE, named], both).text[1]).toMatch(known(0));
    expect(read([BACKTRACE, named.replace("descend", "ascend")], both).parts[0]?.trap?.fitting).toBe(0);
  });
});
