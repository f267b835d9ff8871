import { expect } from "vitest";
import { describeHosts } from "../../harness/src/testing/index.ts";
import { type Field, type Step, type StreamScript, reports, run, scripted } from "./script.ts";

const LARGE = "0123456789".repeat(10_000);

/** One direction: its hooks and how a message with a body goes that way. */
const DIRECTIONS = [
  { map: "requestHeaders", body: "requestBody" },
  { map: "responseHeaders", body: "responseBody" },
] as const;

const WRITES: readonly { what: string; steps: (body: string) => Step[]; sent: (body: string) => string }[] = [
  { what: "replaced", steps: (body) => [["replace", body, "new"]], sent: () => "new" },
  { what: "replaced by nothing", steps: (body) => [["replace", body, ""]], sent: () => "" },
  { what: "prepended", steps: (body) => [["prepend", body, "<"]], sent: (text) => `<${text}` },
  { what: "appended", steps: (body) => [["append", body, ">"]], sent: (text) => `${text}>` },
  {
    what: "written to several times",
    steps: (body) => [
      ["replace", body, "b"],
      ["prepend", body, "a"],
      ["append", body, "c"],
    ],
    sent: () => "abc",
  },
];

const RANGES: readonly [from: number, length: number, read: string][] = [
  [0, 3, "=012"],
  [7, 2, "=78"],
  [8, 100, "=89"],
  [10, 1, "="],
  [11, 1, "="],
  [0, 0, "="],
  [-1, 3, "="],
  [3, -1, "="],
  [10, 2_147_483_647, "="],
  [2_147_483_647, 2_147_483_647, "="],
];

const lengthOf = (text: string): Field[] => [["content-length", String(text.length)]];

describeHosts("Body", { filters: [scripted()] }, ({ it, host }) => {
  /** Sends `text` in the direction of `body` and returns what arrived at the other end. */
  const transfer = async (
    body: "requestBody" | "responseBody",
    text: string,
    script: StreamScript,
  ): Promise<{ arrived: string | undefined; reports: string[] }> => {
    if (body === "responseBody") {
      host.upstream("stable").reply({ body: text, headers: lengthOf(text) });
      const played = await run(host, script);
      return { arrived: played.response.text(), reports: played.reports };
    }
    const played = await run(host, script, { method: "POST", body: text, headers: lengthOf(text) });
    const received = played.response.upstream?.request.body;
    return { arrived: received && new TextDecoder().decode(received), reports: played.reports };
  };

  for (const { map, body } of DIRECTIONS) {
    it(`${body}: reads ranges`, async () => {
      const reads = RANGES.map(([from, length]): Step => ["read", body, from, length]);
      const script = { [body]: [["pauseUntilEnd"], ...reads] };
      const { arrived, reports: reported } = await transfer(body, "0123456789", script);
      expect(arrived).toBe("0123456789");
      expect(reported.slice(-RANGES.length)).toEqual(RANGES.map(([, , read]) => read));
    });

    for (const { what, steps, sent } of WRITES) {
      for (const text of ["hello", LARGE]) {
        it(`${body}: ${text.length} bytes are ${what}`, async () => {
          const headers: Step[] = [["remove", map, "content-length"]];
          // Earlier calls pause, so that the writes of the last one find the whole body.
          const script = { [map]: headers, [body]: [["pauseUntilEnd"], ["atEnd", steps(body)]] };
          const { arrived, reports: reported } = await transfer(body, text, script);
          expect(arrived).toBe(sent(text));
          expect(new Set(reported)).toEqual(new Set(["Ok"]));
        });
      }
    }

    it(`${body}: all of a large one is there at its end`, async () => {
      const script = { [body]: [["pauseUntilEnd"], ["length", body]] };
      const { arrived, reports: reported } = await transfer(body, LARGE, script);
      expect(arrived).toBe(LARGE);
      expect(reported.at(-1)).toBe(String(LARGE.length));
    });

    it(`${body}: without a pause every chunk is read once`, async () => {
      const { arrived, reports: reported } = await transfer(body, LARGE, { [body]: [["length", body]] });
      expect(arrived).toBe(LARGE);
      expect(reported.reduce((sum, size) => sum + Number(size), 0)).toBe(LARGE.length);
    });

    it(`${body}: hooks do not run for an empty one`, async () => {
      const { arrived, reports: reported } = await transfer(body, "", { [body]: [["chunk"]] });
      expect(arrived).toBe("");
      expect(reported).toEqual([]);
    });

    it(`${body}: cannot be reached elsewhere, and nothing breaks`, async () => {
      const steps: Step[] = [
        ["read", body],
        ["replace", body, "x"],
        ["append", body, "x"],
        ["prepend", body, "x"],
      ];
      const script = { requestHeaders: steps, responseHeaders: steps, log: steps, done: steps };
      const { arrived, reports: reported } = await transfer(body, "hello", script);
      expect(arrived).toBe("hello");
      expect(reported).toEqual(
        Array.from({ length: 4 }, () => ["=", "BadArgument", "BadArgument", "BadArgument"]).flat(),
      );
    });
  }

  it("of both directions is written in one stream", async () => {
    const script: StreamScript = {
      requestHeaders: [["remove", "requestHeaders", "content-length"]],
      requestBody: [["pauseUntilEnd"], ["atEnd", [["append", "requestBody", "!"]]]],
      responseHeaders: [["remove", "responseHeaders", "content-length"]],
      responseBody: [["pauseUntilEnd"], ["atEnd", [["prepend", "responseBody", "re: "]]]],
    };
    const { response } = await run(host, script, { method: "POST", body: "ask" });
    expect(new TextDecoder().decode(response.upstream?.request.body)).toBe("ask!");
    expect(response.text()).toBe("re: stable");
    expect(reports(host)).toContain("over");
  });
});
