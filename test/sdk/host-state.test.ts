import { expect } from "vitest";
import { describeHosts } from "../../harness/src/testing/index.ts";
import { type Field, type Step, run, scripted } from "./script.ts";

const played = (...steps: Step[]): { requestHeaders: Step[] } => ({ requestHeaders: steps });

const ROUTES = [
  { name: "to-canary", match: { prefix: "/", headers: { "x-t-canary": "yes" } }, cluster: "canary" },
  { name: "to-stable", match: { prefix: "/" }, cluster: "stable" },
];

const ALPHABET = "abcdefghijklmnopqrstuvwxyz".repeat(40);

/** Steps that ask the host, and what they report. */
const CASES: readonly { what: string; steps: Step[]; reports: readonly string[] }[] = [
  {
    what: "a string property",
    steps: [
      ["property", "request", "path"],
      ["property", "plugin_name"],
      ["property", "request", "headers", "x-t-one"],
    ],
    reports: ["=/", "=script", "=1"],
  },
  {
    what: "an absent property",
    steps: [
      ["property", "no_such_property"],
      ["property", "request", "headers", "x-t-none"],
      ["property"],
      ["property", "request"],
      ["integerProperty", -7, "no_such_property"],
      ["integerProperty", -7, "request", "method"],
    ],
    reports: ["absent", "absent", "absent", "absent", "-7", "-7"],
  },
  {
    what: "properties that it writes itself",
    steps: [
      ["property", "t.mine"],
      ["setProperty", "t.mine", "ä"],
      ["property", "t.mine"],
      ["setProperty", "t.mine", ""],
      ["property", "t.mine"],
    ],
    reports: ["absent", "Ok", "=ä", "Ok", "="],
  },
  {
    what: "foreign functions",
    steps: [
      ["zip", ALPHABET],
      ["foreign", "uncompress", "no zip"],
      ["foreign", "no_such_function", ""],
      ["foreign", "", ""],
      ["clearRouteCache"],
    ],
    reports: [`smaller=${ALPHABET}`, "status 3", "NotFound", "NotFound", "Ok"],
  },
  {
    what: "a random source within its limits",
    steps: [
      ["random", 0],
      ["random", -1],
      ["random", 65_537],
    ],
    reports: ["absent", "absent", "absent"],
  },
  {
    what: "log levels: hosts print from info on",
    steps: [0, 1, 2, 3, 4, 5].map((level): Step => ["isLogged", level]),
    reports: ["no", "no", "yes", "yes", "yes", "yes"],
  },
];

describeHosts("The host", { filters: [scripted()], routes: ROUTES }, ({ it, host }) => {
  for (const { what, steps, reports } of CASES) {
    it(`gives ${what}`, async () => {
      const headers: Field[] = [["x-t-one", "1"]];
      expect((await run(host, played(...steps), { headers })).reports).toEqual(reports);
    });
  }

  it("gives integer properties", async () => {
    const steps: Step[] = [
      ["integerProperty", -1, "response", "code"],
      ["integerProperty", -1, "request", "size"],
      ["integerProperty", -1, "source", "port"],
      ["integerProperty", -1, "request", "time"],
    ];
    const { reports } = await run(host, { log: steps }, { method: "POST", body: "12345" });
    expect(reports.slice(0, 2)).toEqual(["200", "5"]);
    expect(Number(reports[2])).toBeGreaterThan(1023);
    expect(reports[3]).toMatch(/^\d{19}$/);
  });

  it("gives the time", async () => {
    const { reports } = await run(host, played(["time"], ["time"]));
    const [first = "", second = ""] = reports;
    expect(first).toMatch(/^\d{19}$/);
    expect(BigInt(second)).toBeGreaterThanOrEqual(BigInt(first));
  });

  it("gives different random bytes at every call", async () => {
    const { reports } = await run(
      host,
      played(["random", 32], ["random", 32], ["random", 1], ["random", 65_536]),
    );
    expect(reports[0]).toMatch(/^32 [0-9a-f]{64}$/);
    expect(reports[1]).not.toBe(reports[0]);
    expect(reports[2]).toMatch(/^1 [0-9a-f]{2}$/);
    expect(reports[3]).toMatch(/^65536 [0-9a-f]{64}$/);
  });

  it("logs at every level", async () => {
    const levels = ["trace", "debug", "info", "warn", "error", "critical"];
    await run(host, played(...levels.map((level, number): Step => ["logLine", number, `said at ${level}`])));
    const said = host.logs.filter(({ message }) => message.startsWith("said at"));
    expect(said.map(({ level, message }) => [level, message])).toEqual(
      levels.slice(2).map((level) => [level, `said at ${level}`]),
    );
  });

  it("logs bytes as they are", async () => {
    await run(host, played(["logLine", 2, "two\nlines, ä and €"], ["logLine", 2, ""]));
    expect(host.logs.map(({ message }) => message)).toContain("two\nlines, ä and €");
  });

  it("routes by what the filter wrote", async () => {
    const steps: Step[] = [["set", "requestHeaders", "x-t-canary", "yes"], ["clearRouteCache"]];
    const { response, reports } = await run(host, played(...steps));
    expect(reports).toEqual(["Ok", "Ok"]);
    expect(response.upstream?.name).toBe("canary");
  });
});

describeHosts(
  "Filter state",
  { filters: [scripted({}, "first"), scripted({}, "second")] },
  ({ it, host }) => {
    it("that a filter writes is there for a later one", async () => {
      // Both filters play the script.
      const steps: Step[] = [
        ["property", "t.seen"],
        ["setProperty", "t.seen", "by the first"],
      ];
      const response = await host.fetch("/", { headers: [["x-script", JSON.stringify(played(...steps))]] });
      expect(response.status).toBe(200);
      await expect
        .poll(() => host.logs.map(({ plugin, message }) => `${plugin} ${message}`))
        .toEqual(
          expect.arrayContaining([
            "first report: absent",
            "second report: =by the first",
            "second report: over",
          ]),
        );
    });
  },
);
