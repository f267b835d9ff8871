import { expect } from "vitest";
import { describeHosts } from "../../harness/src/testing/index.ts";
import { type Field, type Step, run, scripted } from "./script.ts";

const NONE = "absent";

/** Expressions and their values in the request's headers: hexadecimal as the host encodes them, or whether true. */
const CASES: Readonly<Record<string, string>> = {
  "request.path": "0x2f70",
  "request.path == '/p' && source.address.startsWith('1')": "true",
  "request.path == '/q'": "false",
  "request['path'].matches('^/[a-z]$')": "true",
  "request.headers['x-t1'] == 'ä'": "true",
  "request.headers.exists(k, k == 'x-t1')": "true",
  "'x-none' in request.headers": "false",
  "has(request.nope)": "false",
  "request.size == 5": "true",
  "request.time > timestamp('2020-01-01T00:00:00Z')": "true",
  "connection.mtls": "false",
  "connection.id >= 0u": "true",
  plugin_name: "0x736372697074",
  "filter_state['wasm.t.s']": "0x7374",
  "1u + 2u": "0x0300000000000000",
  "-1": "0xffffffffffffffff",
  "1.5": "0x000000000000f83f",
  "duration('1.5s')": "0x002f685900000000",
  "timestamp('2026-01-01T00:00:00Z')": "0x0000faed51728618",
  "b'abc'": "0x616263",
  "''": "0x",
  "[1,'a']": "0x020000000800000000000000010000000000000001000000000000000000610000",
  "{'a':1}": "0x0100000001000000080000006100010000000000000000",
  "[]": "0x00000000",
  "false && nope": "false",
  "nope || true": "true",
  nope: NONE,
  null: NONE,
  "type(1)": NONE,
  request: NONE,
  "request.nope": NONE,
  "response.code": NONE,
  "1/0": NONE,
  "9223372036854775807 + 1": NONE,
  "'a' + b'b'": NONE,
  "1 + 1.0": NONE,
};

/** What is no expression. */
const REFUSED = ["", "1+", "unknown_fn(1)", "request.path.unknown_fn()", "'a'.split('a')", "(".repeat(300)];

describeHosts(
  "An expression",
  {
    filters: [
      scripted({
        configure: [
          ["expression", "plugin_name"],
          ["evaluate"],
          ["expression", "request.path"],
          ["evaluate"],
        ],
      }),
    ],
  },
  ({ it, host }) => {
    it("has the values of the attributes in it", async () => {
      const steps = Object.entries(CASES).flatMap(([source, value]): Step[] => [
        ["expression", source],
        // What an error would give is the other one.
        value === "true" ? ["isTrueOr", 0] : value === "false" ? ["isTrueOr", 1] : ["evaluate"],
      ]);
      const headers: Field[] = [["x-t1", Buffer.from("ä").toString("latin1")]];
      const before: Step[] = [["setFilterState", "t.s", "st"]];
      const { reports } = await run(
        host,
        { requestHeaders: [...before, ...steps] },
        { path: "/p", method: "POST", body: "hello", headers },
      );
      const values = reports.slice(1).filter((line) => line !== "expression");
      expect(Object.fromEntries(Object.keys(CASES).map((source, index) => [source, values[index]]))).toEqual(
        CASES,
      );
    });

    it("is refused when it is none", async () => {
      const steps = REFUSED.flatMap((source): Step[] => [["expression", source], ["evaluate"]]);
      const { reports } = await run(host, { requestHeaders: steps });
      expect(reports).toEqual(REFUSED.flatMap(() => ["no expression", "no expression"]));
    });

    it("is what the filter says when it is something else than a bool, or nothing", async () => {
      const sources = [
        "1",
        "'true'",
        "'t'",
        "''",
        "nope",
        "null",
        "[true]",
        "request.headers['x-none'] == 'a'",
      ];
      const steps = sources.flatMap((source): Step[] => [
        ["expression", source],
        ["isTrueOr", 0],
        ["isTrueOr", 1],
      ]);
      const { reports } = await run(host, { requestHeaders: steps });
      expect(reports).toEqual(sources.flatMap(() => ["expression", "false", "true"]));
    });

    it("is what the filter says when it was deleted", async () => {
      const steps: Step[] = [
        ["expression", "true"],
        ["isTrueOr", 0],
        ["deleteExpression"],
        ["isTrueOr", 0],
        ["isTrueOr", 1],
      ];
      const { reports } = await run(host, { requestHeaders: steps });
      expect(reports).toEqual(["expression", "true", "false", "true"]);
    });

    it("has no value any more when it was deleted", async () => {
      const steps: Step[] = [
        ["expression", "1"],
        ["evaluate"],
        ["deleteExpression"],
        ["evaluate"],
        ["deleteExpression"],
      ];
      const { reports } = await run(host, { requestHeaders: steps });
      expect(reports).toEqual(["expression", "0x0100000000000000", NONE]);
    });

    it("sees in every hook what the hook sees", async () => {
      const ask: Step[] = [
        ["expression", "request.path"],
        ["evaluate"],
        ["expression", "response.code"],
        ["evaluate"],
      ];
      const hooks = {
        requestHeaders: ask,
        requestBody: [["atEnd", ask] as Step],
        responseHeaders: ask,
        responseBody: [["atEnd", ask] as Step],
        log: ask,
        done: ask,
      };
      const { reports } = await run(host, hooks, { path: "/p", method: "POST", body: "hello" });
      const ok = "0xc800000000000000";
      expect(reports.filter((line) => line !== "expression")).toEqual(
        [
          ["0x2f70", NONE],
          [NONE, NONE],
          [NONE, ok],
          [NONE, ok],
          ["0x2f70", ok],
          [NONE, ok],
        ].flat(),
      );
    });

    it("belongs to the plugin: an answer sees nothing of the stream", async () => {
      const fields: Field[] = [
        [":method", "GET"],
        [":path", "/"],
        [":authority", "call.test"],
      ];
      const then: Step[] = [
        ["expression", "plugin_name"],
        ["evaluate"],
        ["expression", "request.path"],
        ["evaluate"],
        ["resumeRequest"],
      ];
      const { reports } = await run(host, {
        requestHeaders: [["call", "stable", fields, "", 5000, then], ["pause"]],
      });
      expect(reports).toEqual(["Ok", "expression", "0x736372697074", "expression", NONE]);
    });
  },
);
