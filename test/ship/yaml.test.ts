import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { bootstrap, toYaml } from "../../harness/src/ship/index.ts";
import { writeModule } from "../envoy/modules.ts";
import { envoyOrSkip, scratch } from "../envoy/support.ts";

const AWKWARD = [
  "",
  " ",
  "yes",
  "No",
  "on",
  "y",
  "~",
  "null",
  "true",
  "1",
  "-1",
  "1.5",
  "1e3",
  "0x10",
  "0o17",
  "017",
  "1_000",
  "1:30",
  ".inf",
  "nan",
  "2026-01-01",
  "- a",
  "a: b",
  "#x",
  "a #x",
  "*a",
  "&a",
  "!a",
  "%a",
  "@a",
  "`a`",
  '"',
  "'",
  "\\",
  "line\nfeed\n",
  "\ttab",
  "ü 😀",
  "\u0000",
  "\u0085\u2028",
  "{",
  "[",
  "a,b",
  "?",
  "<<",
  "=",
  "/a/b.c-d_e",
  `{"a":"b"}`,
  "x".repeat(300),
];

describe("YAML", () => {
  it("is read back as the same values, by the rules of YAML 1.1 and 1.2", () => {
    const object = {
      texts: AWKWARD,
      keys: Object.fromEntries(AWKWARD.map((text) => [text, text])),
      rest: [1, true, null, {}, []],
    };
    expect(parse(toYaml(object))).toEqual(object);
    expect(parse(toYaml({ texts: AWKWARD }), { version: "1.1" })).toEqual({ texts: AWKWARD });
  });

  it("does not quote what needs no quotes", () => {
    expect(toYaml({ name: "envoy.filters.http.wasm", list: [{ a: "/x" }] })).toBe(
      "name: envoy.filters.http.wasm\nlist:\n- a: /x\n",
    );
  });

  it("repeats equal parts instead of referring to them", () => {
    const part = { a: "b" };
    expect(toYaml({ one: part, two: part })).toBe("one:\n  a: b\ntwo:\n  a: b\n");
  });

  it("means the same to Envoy", async (test) => {
    const installation = await envoyOrSkip("binary");
    if (installation?.kind !== "binary") return test.skip();
    const directory = await scratch();
    const wasmPath = await writeModule(join(directory, "empty.wasm"), "empty");
    const texts = AWKWARD.filter((text) => !text.includes("\0"));
    // Environment variables are strings for Envoy: a value that YAML turns into something else is an error.
    const environment = Object.fromEntries(texts.map((text, index) => [`K${index}`, text]));
    const config = bootstrap(
      {
        filters: [{ name: "yes", wasmPath, rootId: "0x10", vmId: "no", config: "1e3", environment }],
        routes: [],
        workers: 1,
      },
      { listener: { host: "127.0.0.1", port: 0 }, admin: { host: "127.0.0.1", port: 0 }, clusters: [] },
    );
    const file = join(directory, "envoy.yaml");
    await writeFile(file, toYaml(config));
    await promisify(execFile)(installation.path, ["--mode", "validate", "--disable-hot-restart", "-c", file]);
  });
});
