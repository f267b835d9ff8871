import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { describeHosts } from "../../harness/src/testing/index.ts";
import { type Field, type Step, run, scripted } from "./script.ts";

/** Steps in the request's headers, and what they report. */
const CASES: readonly { what: string; steps: readonly (readonly [Step, string | RegExp])[] }[] = [
  {
    what: "numbers by their type",
    steps: [
      [["unsignedProperty", 7, "connection", "id"], /^\d+$/],
      [["integerProperty", 7, "source", "port"], /^\d{4,5}$/],
      [["booleanProperty", 1, "connection", "mtls"], "false"],
      [["timeProperty", 7, "request", "time"], /^\d{19}$/],
    ],
  },
  {
    what: "the fallback for what is not there or of another size",
    steps: [
      [["unsignedProperty", 7, "request", "method"], "7"],
      [["unsignedProperty", 7, "none"], "7"],
      [["booleanProperty", 1, "request", "method"], "true"],
      [["booleanProperty", 0, "none"], "false"],
      [["floatProperty", 7, "request", "method"], "7.0"],
      [["durationProperty", -1, "request", "duration"], "-1"],
      [["timeProperty", -1, "none"], "-1"],
    ],
  },
  {
    what: "maps",
    steps: [
      [["mapProperty", "request", "headers"], "map x-t-one=1,2 x-t-two="],
      [["mapProperty", "metadata", "filter_metadata"], "map"],
      [["mapProperty", "request", "path"], "no map"],
      [["mapProperty", "request", "time"], "no map"],
      [["mapProperty", "none"], "no map"],
    ],
  },
  {
    what: "lists",
    steps: [
      [["listProperty", "metadata", "filter_metadata"], "list"],
      [["listProperty", "request", "path"], "no list"],
      [["listProperty", "none"], "no list"],
    ],
  },
  {
    what: "filter state under the name that it was written to",
    steps: [
      [["filterState", "t.state"], "absent"],
      [["setFilterState", "t.state", "ä"], "Ok"],
      [["filterState", "t.state"], "=ä"],
      [["filterStateObject", "wasm.t.state"], "=ä"],
      [["filterStateObject", "t.state"], "absent"],
      [["property", "t.state"], "=ä"],
      [["setFilterState", "t.state", ""], "Ok"],
      [["filterState", "t.state"], "="],
      [["setFilterState", "t\0state", "1"], "BadArgument"],
      [["filterState", "t\0state"], "absent"],
      [["setFilterState", "", "x"], "Ok"],
      [["filterState", ""], "=x"],
    ],
  },
];

describeHosts("Properties", { filters: [scripted()] }, ({ it, host }) => {
  const headers: Field[] = [
    ["x-t-one", "1"],
    ["x-t-one", "2"],
    ["x-t-two", ""],
  ];

  for (const { what, steps } of CASES) {
    it(`are read as ${what}`, async () => {
      const { reports } = await run(host, { requestHeaders: steps.map(([step]) => step) }, { headers });
      expect(reports).toHaveLength(steps.length);
      steps.forEach(([step, expected], index) => {
        if (typeof expected === "string") expect([step, reports[index]]).toEqual([step, expected]);
        else expect(reports[index]).toMatch(expected);
      });
    });
  }

  it("of a request that is over say how long it took", async () => {
    const { reports } = await run(host, {
      log: [
        ["durationProperty", -1, "request", "duration"],
        ["durationProperty", -1, "response", "backend_latency"],
        ["integerProperty", -1, "response", "grpc_status"],
      ],
    });
    // Derived from the status 200, which no gRPC response without a status of its own may have.
    expect(reports[2]).toBe("2");
    for (const text of reports) expect(text).toMatch(/^\d+$/);
  });
});

/** The paths in `attributes.ts`, segment by segment. */
const PATHS = [
  ...readFileSync("sdk-shim/assembly/attributes.ts", "utf8").matchAll(
    /readonly (\w+): Bytes = Bytes\.of\(\s*"([^"]+)",?\s*\);/g,
  ),
].map(([, name = "", path = ""]) => ({ name, path: path.split("\\0") }));

/** Attributes of which a plain request on either host has a value, and where. */
const PRESENT = [
  "request",
  "response",
  "source",
  "destination",
  "plugin_name",
  "plugin_root_id",
  "plugin_vm_id",
];

describeHosts("The attributes that have a constant", { filters: [scripted()] }, ({ it, host }) => {
  it("are called by their names", () => {
    expect(PATHS.length).toBeGreaterThan(70);
    for (const { name, path } of PATHS) expect(path.join("_").toUpperCase()).toBe(name);
  });

  it("exist", async () => {
    const paths = PATHS.map(({ path }) => path).filter(([first = ""]) => PRESENT.includes(first));
    const { reports } = await run(
      host,
      { log: paths.map((path): Step => ["property", ...path]) },
      {
        headers: [
          ["referer", "r"],
          ["user-agent", "a"],
        ],
      },
    );
    const absent = paths.filter((_, index) => reports[index] === "absent").map((path) => path.join("."));
    expect(absent).toEqual([]);
  });
});
