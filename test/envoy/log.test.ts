import { describe, expect, it } from "vitest";
import { complaints, EnvoyLog } from "../../harness/src/envoy/log.ts";

const line = (level: string, component: string, message: string) =>
  `[2026-01-01 10:00:00.000][12][${level}][${component}] [source/x.cc:1] ${message}\n`;
const filter = (name: string, rootId?: string) => ({
  name,
  wasmPath: "x",
  ...(rootId !== undefined && { rootId }),
});

function read(log: EnvoyLog, ...chunks: (string | Uint8Array)[]): EnvoyLog {
  const reader = log.reader();
  for (const chunk of chunks) reader(chunk);
  reader();
  return log;
}

describe("Envoy's log", () => {
  it("tells which plugin logged, by name or by root id", () => {
    const log = read(
      new EnvoyLog([filter("a"), filter("a b", "root")]),
      line("warning", "wasm", "wasm log a: one: two"),
      line("critical", "wasm", "wasm log a b root: three"),
      line("info", "wasm", "wasm log root: four"),
      line("info", "wasm", "wasm log: five"),
      line("info", "wasm", "wasm log stranger: six"),
    );
    expect(log.logs).toEqual([
      { level: "warn", plugin: "a", message: "one: two" },
      { level: "critical", plugin: "a b", message: "three" },
      { level: "info", plugin: "a b", message: "four" },
      { level: "info", plugin: "a", message: "five" },
      { level: "info", plugin: "", message: "six" },
    ]);
  });

  it("does not guess between plugins that log alike", () => {
    const log = read(new EnvoyLog([filter("a"), filter("b")]), line("info", "wasm", "wasm log: x"));
    expect(log.logs).toEqual([{ level: "info", plugin: "", message: "x" }]);
  });

  it("undoes Envoy's escapes, so that a message can neither be cut nor forged", () => {
    const forged = "\\n[2026-01-01 10:00:00.000][12][info][wasm] [x] wasm log a: no";
    const log = read(
      new EnvoyLog([filter("a")]),
      line("info", "wasm", `wasm log a: \\"q\\" \\\\n \\303\\274${forged}`),
    );
    expect(log.logs).toHaveLength(1);
    expect(log.logs[0]?.message).toMatch(/^"q" \\n ü\n\[2026/);
  });

  it("puts together lines and characters that arrive in pieces", () => {
    const bytes = Buffer.from("é one\ntwo");
    expect(read(new EnvoyLog([]), bytes.subarray(0, 1), bytes.subarray(1)).output).toEqual(["é one", "two"]);
  });

  it("finds what came after a point", () => {
    const log = read(new EnvoyLog([]), "a\nb\n");
    const seen = log.received;
    expect(log.since(seen)).toEqual([]);
    expect(read(log, "c\n").since(seen)).toEqual(["c"]);
  });

  it("picks out complaints", () => {
    const log = read(
      new EnvoyLog([]),
      line("info", "main", "starting"),
      line("error", "wasm", "bad"),
      line("error", "wasm", "bad"),
      line("critical", "main", "error `x` initializing config 'goo.gle/debugstr \\n /tmp/envoy.json'"),
    );
    expect(complaints(log.output)).toEqual(["bad", "x"]);
    expect(complaints(["Illegal instruction"])).toEqual(["Illegal instruction"]);
  });
});
