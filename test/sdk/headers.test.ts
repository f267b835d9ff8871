import { expect } from "vitest";
import { describeHosts } from "../../harness/src/testing/index.ts";
import { type Field, type Step, run, scripted } from "./script.ts";

const REQUEST: Field[] = [
  ["x-t-one", "1"],
  ["x-t-empty", ""],
  ["x-t-two", "a"],
  ["x-t-two", "b"],
];
const RESPONSE: Field[] = [["x-t-up", "u"], ["x-t-empty", ""], ...REQUEST.slice(2)];

/** Control characters that no header value may hold, and DEL. */
const CONTROLS = [...Array.from({ length: 0x20 }, (_, code) => code), 0x7f].filter((code) => code !== 9);
const INJECTED = "a\r\nx-injected: 1\r\n\r\nbody";

interface Case {
  readonly what: string;
  readonly steps: (map: string) => Step[];
  readonly reports: readonly string[];
}

/** What every header map does while it can be written. */
const CASES: readonly Case[] = [
  {
    what: "tells absent from empty",
    steps: (map) => [
      ["get", map, "x-t-empty"],
      ["get", map, "x-t-none"],
      ["get", map, "x-t-empty"],
      ["get", map, ""],
    ],
    reports: ["=", "absent", "=", "absent"],
  },
  {
    what: "reads the first of repeated values, or all",
    steps: (map) => [
      ["get", map, "x-t-two"],
      ["getAll", map, "x-t-two"],
      ["get", map, "x-t-two"],
      ["getAll", map, "x-t-none"],
    ],
    reports: ["=a", "2 =a =b", "=a", "0"],
  },
  {
    what: "finds a name however it is written, at every read",
    steps: (map) => [
      ["get", map, "X-T-Two"],
      ["get", map, "X-T-Two"],
      ["getAll", map, "X-T-TWO"],
    ],
    reports: ["=a", "=a", "2 =a =b"],
  },
  {
    what: "sees its own writes",
    steps: (map) => [
      ["get", map, "x-t-new"],
      ["set", map, "x-t-new", "1"],
      ["get", map, "x-t-new"],
      ["set", map, "x-t-new", "2"],
      ["get", map, "x-t-new"],
      ["add", map, "x-t-new", "3"],
      ["getAll", map, "x-t-new"],
      ["remove", map, "x-t-new"],
      ["get", map, "x-t-new"],
      ["set", map, "x-t-new", ""],
      ["get", map, "x-t-new"],
    ],
    reports: ["absent", "Ok", "=1", "Ok", "=2", "Ok", "2 =2 =3", "Ok", "absent", "Ok", "="],
  },
  {
    what: "sets in place of all values and removes all",
    steps: (map) => [
      ["set", map, "x-t-two", "c"],
      ["getAll", map, "x-t-two"],
      ["add", map, "x-t-two", "d"],
      ["remove", map, "x-t-two"],
      ["remove", map, "x-t-two"],
      ["getAll", map, "x-t-two"],
    ],
    reports: ["Ok", "1 =c", "Ok", "Ok", "Ok", "0"],
  },
  {
    what: "keeps bytes beyond ASCII and a tab",
    steps: (map) => [
      ["set", map, "x-t-text", "ä\t€"],
      ["get", map, "x-t-text"],
    ],
    reports: ["Ok", "=ä\t€"],
  },
  {
    what: "refuses control characters in values",
    steps: (map) =>
      CONTROLS.flatMap((code): Step[] => [
        ["set", map, "x-t-bad", `a${String.fromCharCode(code)}b`],
        ["add", map, "x-t-bad", String.fromCharCode(code)],
      ]),
    reports: CONTROLS.flatMap(() => ["BadArgument", "BadArgument"]),
  },
  {
    what: "refuses what is no token as a name",
    steps: (map) =>
      [...CONTROLS, 0x09, 0x20, 0x22, 0x28, 0x2c, 0x2f, 0x3a, 0x40, 0x5b, 0x7b, 0xe4].map((code): Step => {
        const name = `x-t${String.fromCharCode(code)}bad`;
        return [code % 2 === 0 ? "set" : "add", map, name, "1"];
      }),
    reports: Array.from({ length: CONTROLS.length + 11 }, () => "BadArgument"),
  },
  {
    what: "refuses empty names",
    steps: (map) => [
      ["set", map, "", "1"],
      ["add", map, "", "1"],
      ["set", map, ":", "1"],
    ],
    reports: ["BadArgument", "BadArgument", "BadArgument"],
  },
];

describeHosts("Headers", { filters: [scripted()] }, ({ it, host }) => {
  for (const { what, steps, reports } of CASES) {
    it(`of a request: ${what}`, async () => {
      const played = await run(host, { requestHeaders: steps("requestHeaders") }, { headers: REQUEST });
      expect(played.reports).toEqual(reports);
      expect(played.response.status).toBe(200);
      expect(played.response.upstream?.request.header("x-t-bad")).toBeNull();
    });

    it(`of a response: ${what}`, async () => {
      host.upstream("stable").reply({ headers: RESPONSE });
      const played = await run(host, { responseHeaders: steps("responseHeaders") });
      expect(played.reports).toEqual(reports);
      expect(played.response.status).toBe(200);
      expect(played.response.header("x-t-bad")).toBeNull();
    });
  }

  it("sends what was written, in both directions", async () => {
    host.upstream("stable").reply({ headers: RESPONSE });
    const steps = (map: string): Step[] => [
      ["set", map, "x-t-set", "s"],
      ["add", map, "x-t-two", "c"],
      ["remove", map, "x-t-one"],
      ["remove", map, "x-t-up"],
      ["set", map, "x-t-split", INJECTED],
      ["add", map, "x-t-split\r\nx-injected", "1"],
    ];
    const script = { requestHeaders: steps("requestHeaders"), responseHeaders: steps("responseHeaders") };
    const { response } = await run(host, script, { headers: REQUEST });
    for (const message of [response.upstream?.request, response]) {
      expect(message?.header("x-t-set")).toBe("s");
      expect(message?.header("x-t-two")).toBe("a, b, c");
      expect(message?.header("x-t-one")).toBeNull();
      expect(message?.header("x-t-up")).toBeNull();
      expect(message?.header("x-t-empty")).toBe("");
      expect(message?.header("x-injected")).toBeNull();
      expect(message?.header("x-t-split")).toBeNull();
    }
    expect(response.text()).toBe("stable");
  });

  it("lists the pairs in order, repeated ones repeatedly", async () => {
    const script = { requestHeaders: [["pairs", "requestHeaders"]] as Step[] };
    const played = await run(host, script, { headers: REQUEST });
    expect(played.reports).toEqual(["pairs x-t-one=1 x-t-empty= x-t-two=a x-t-two=b"]);
  });

  it("of a request is out of reach in the response hooks", async () => {
    const steps: Step[] = [
      ["get", "requestHeaders", "x-t-one"],
      ["pairs", "requestHeaders"],
      ["set", "requestHeaders", "x-t-one", "2"],
      ["add", "requestTrailers", "x-t-one", "2"],
      ["remove", "requestHeaders", "x-t-one"],
    ];
    const played = await run(host, { responseHeaders: steps }, { headers: REQUEST });
    expect(played.reports).toEqual(["absent", "no pairs", "BadArgument", "BadArgument", "BadArgument"]);
  });

  it("can be read and not written in onLog", async () => {
    host.upstream("stable").reply({ headers: RESPONSE });
    const log: Step[] = [
      ["get", "requestHeaders", "x-t-two"],
      ["getAll", "requestHeaders", "x-t-two"],
      ["get", "responseHeaders", "x-t-up"],
      ["get", "responseHeaders", "x-t-up"],
      ["get", "responseTrailers", "x-t-up"],
      ["set", "requestHeaders", "x-t-one", "2"],
      ["add", "responseHeaders", "x-t-up", "2"],
      ["remove", "responseHeaders", "x-t-up"],
      ["get", "responseHeaders", "x-t-up"],
    ];
    const { reports } = await run(host, { log }, { headers: REQUEST });
    expect(reports).toEqual([
      ...["=a", "2 =a =b", "=u", "=u", "absent"],
      ...["BadArgument", "BadArgument", "BadArgument", "=u"],
    ]);
  });

  it("cannot be written in onLog after a pause either", async () => {
    const call: Step = ["call", "stable", CALL, "", 5000, [["resumeResponse"]]];
    const script = {
      responseHeaders: [call, ["pause"]] as Step[],
      log: [
        ["set", "requestHeaders", "x-t-one", "2"],
        ["add", "responseHeaders", "x-t-up", "2"],
      ] as Step[],
    };
    expect((await run(host, script)).reports).toEqual(["Ok", "BadArgument", "BadArgument"]);
  });
});

const CALL: Field[] = [
  [":method", "GET"],
  [":path", "/call"],
  [":authority", "call.test"],
];
