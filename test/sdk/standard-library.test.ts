import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { Wasm } from "../../harness/src/emulator/vm/webassembly.ts";
import { describeHosts } from "../../harness/src/testing/index.ts";
import { buildEntry } from "../../harness/src/wasm/build.ts";

const FILTER = "test/sdk/assembly/standard-library.ts";

/** What the filter is asked to do, and the lines it then logs: level and message, a pattern where time is in it. */
const CASES: readonly {
  what: string;
  lines: readonly (readonly [level: string, message: string | RegExp])[];
}[] = [
  {
    what: "levels",
    lines: [
      ["info", "by log"],
      ["debug", "by debug"],
      ["info", "by info"],
      ["warn", "by warn"],
      ["error", "by error"],
      ["trace", "by trace"],
    ],
  },
  {
    what: "texts",
    lines: [
      ["info", ""],
      ["info", "grün €\u{1f600}"],
      ["info", "lone \ufffd and \ufffd"],
    ],
  },
  {
    // 1365 characters of three bytes are 4095 bytes.
    what: "long",
    lines: [
      ["info", "€".repeat(1365)],
      ["info", "€".repeat(1365)],
      ["info", "€".repeat(270)],
    ],
  },
  {
    what: "assert",
    lines: [
      ["error", "Assertion failed: broken"],
      ["error", "Assertion failed"],
    ],
  },
  {
    what: "time",
    lines: [
      ["warn", "console timer none does not run"],
      ["warn", "console timer default runs already"],
      ["info", /^default: \d+\.\d{3}ms$/],
      ["info", /^default: \d+\.\d{3}ms$/],
      ["warn", "console timer default does not run"],
    ],
  },
  {
    what: "trace",
    lines: [
      ["trace", "numbers 1 -2.5 1e+300 NaN -Infinity"],
      ["trace", "more 0 0.1 0 0 0"],
      ["trace", "fewer"],
    ],
  },
];

describeHosts(
  "AssemblyScript's own",
  { filters: [{ filter: FILTER }], logLevel: "trace" },
  ({ it, host }) => {
    for (const { what, lines } of CASES) {
      it(`console and trace reach the log (${what})`, async () => {
        await host.fetch("/", { headers: { "x-t-do": what } });
        const said = () => host.logs.map(({ level, message }) => [level, message]);
        const patterns = lines.map(([level, message]) => [
          level,
          typeof message === "string" ? message : expect.stringMatching(message),
        ]);
        await expect.poll(said).toEqual(patterns);
      });
    }

    it("console.time holds at most 256 timers", async () => {
      await host.fetch("/", { headers: { "x-t-do": "timers" } });
      const refused = () => host.logs.map(({ message }) => message);
      await expect.poll(refused).toHaveLength(300 - 256);
      expect(refused()[0]).toBe("console timer t256 does not start: too many run");
    });

    it("Date tells the host's time, at the top level too", async () => {
      const before = host.clock.now() / 1_000_000n;
      await host.clock.advance("5ms");
      const response = await host.fetch("/");
      await host.clock.advance("5ms");
      const after = host.clock.now() / 1_000_000n;
      const now = BigInt(response.header("x-t-now")!);
      expect(now).toBeGreaterThan(before);
      expect(now).toBeLessThan(after);
      expect(BigInt(response.header("x-t-loaded")!)).toBeLessThan(now);
      const date = response.header("x-t-date")!;
      expect(new Date(date).toISOString()).toBe(date);
      expect(Date.parse(date)).toBeGreaterThanOrEqual(Number(now));
      expect(Date.parse(date)).toBeLessThan(Number(after));
      expect(response.header("x-t-epoch")).toBe("1970-01-01T00:00:00.000Z");
    });

    it("Math.random and crypto.getRandomValues draw from the host's source", async () => {
      const first = await host.fetch("/");
      const second = await host.fetch("/");
      const drawn = [
        first.header("x-t-random-at-load"),
        first.header("x-t-random"),
        second.header("x-t-random"),
      ];
      expect(new Set(drawn).size).toBe(3);
      for (const number of drawn.map(Number)) {
        expect(number).toBeGreaterThanOrEqual(0);
        expect(number).toBeLessThan(1);
      }
      expect(first.header("x-t-few-zeros")).toBe("true");
    });
  },
);

describeHosts("Workers", { filters: [{ filter: FILTER }], workers: 2 }, ({ it, host }) => {
  it("draw different numbers from Math.random", async () => {
    const seeds = new Set<string>();
    // Envoy chooses the worker of a connection itself; each one was seeded at load.
    await expect
      .poll(async () => {
        seeds.add((await host.fetch("/")).header("x-t-random-at-load")!);
        return seeds.size;
      })
      .toBe(2);
  });
});

it("A filter that does without pays nothing: no import is for them", async () => {
  const { wasmPath } = await buildEntry("test/sdk/assembly/stateless.ts");
  const imports = Wasm.Module.imports(await Wasm.compile(await readFile(wasmPath)));
  expect(imports.filter(({ module }) => module !== "env")).toEqual([]);
});
