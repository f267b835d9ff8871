import { expect } from "vitest";
import { describeHosts } from "../../harness/src/testing/index.ts";
import { type Field, type Step, type StreamScript, carrying, run, scripted } from "./script.ts";

const FIELDS: Field[] = [
  [":method", "GET"],
  [":path", "/"],
  [":authority", "call.test"],
];
const call = (...then: Step[]): Step => ["call", "stable", FIELDS, "", 5000, then];
const REPLY: Step = ["reply", 418, { body: "teapot" }];
const REPLACE: Step = ["replaceAll", "requestHeaders", [["x-t", "1"]]];
const RESUME: Step[] = [["resumeRequest"], ["resumeResponse"]];

/** What filters may get wrong, and the status that the client sees. */
const CASES: readonly { what: string; script: StreamScript; status: number }[] = [
  {
    what: "resuming what is not paused",
    script: { requestHeaders: RESUME, responseHeaders: RESUME },
    status: 200,
  },
  {
    what: "resuming twice",
    script: { requestHeaders: [call(...RESUME, ...RESUME), ["pause"]] },
    status: 200,
  },
  { what: "resuming after a reply", script: { requestHeaders: [REPLY, ...RESUME] }, status: 418 },
  {
    what: "replying and resuming from an answer",
    script: { requestHeaders: [call(REPLY, ...RESUME), ["pause"]] },
    status: 418,
  },
  {
    what: "replying twice from an answer",
    script: { requestHeaders: [call(REPLY, REPLY), ["pause"]] },
    status: 418,
  },
  {
    what: "replying again to its own reply",
    script: { requestHeaders: [REPLY], responseHeaders: [["reply", 503]] },
    status: 503,
  },
  { what: "replying when the stream is over", script: { log: [REPLY], done: [REPLY] }, status: 200 },
  { what: "resuming when the stream is over", script: { log: RESUME, done: RESUME }, status: 200 },
  { what: "resetting when the stream is over", script: { log: [["reset"]], done: [["reset"]] }, status: 200 },
  {
    what: "calling when the stream is over",
    script: { log: [call(REPLY)], done: [call(REPLY)] },
    status: 200,
  },
  {
    what: "writing properties when the stream is over",
    script: {
      log: [["setProperty", "t", "1"]],
      done: [
        ["setProperty", "t", "1"],
        ["property", "t"],
      ],
    },
    status: 200,
  },
  {
    what: "reading headers when the stream is gone",
    script: {
      done: [
        ["get", "requestHeaders", "x"],
        ["pairs", "responseHeaders"],
        ["set", "responseHeaders", "x", "y"],
      ],
    },
    status: 200,
  },
  {
    what: "replacing all headers too late",
    script: { requestBody: [REPLACE], responseBody: [REPLACE], log: [REPLACE], done: [REPLACE] },
    status: 200,
  },
  {
    what: "replacing a response's headers without a status",
    script: { responseHeaders: [["replaceAll", "responseHeaders", [["x-t", "1"]]]] },
    status: 502,
  },
  {
    what: "replacing a request's headers without any pseudo header",
    script: { requestHeaders: [["replaceAll", "requestHeaders", [["x-t", "1"]]]] },
    status: 404,
  },
  {
    what: "choosing another route too late",
    script: { responseHeaders: [["clearRouteCache"]], log: [["clearRouteCache"]] },
    status: 200,
  },
];

/** Ways to end a stream, of which one is enough. */
const ENDS: readonly Step[] = [REPLY, ["reset"], ["resumeResponse"]];

/** Where two of them come together. */
const PLACES: Readonly<Record<string, (...steps: Step[]) => StreamScript>> = {
  "in the request's headers": (...steps) => ({ requestHeaders: steps }),
  "in the request's body": (...steps) => ({ requestBody: steps }),
  "in the response's headers": (...steps) => ({ responseHeaders: steps }),
  "in the response's body": (...steps) => ({ responseBody: [...steps, ["pauseUntilEnd"]] }),
  "in onLog": (...steps) => ({ log: steps }),
  "in onDone": (...steps) => ({ done: steps }),
  "from an answer that a request waits for": (...steps) => ({
    requestHeaders: [call(...steps, ...RESUME), ["pause"]],
  }),
  "from an answer that a response waits for": (...steps) => ({
    responseHeaders: [call(...steps, ...RESUME), ["pause"]],
  }),
  "from an answer that nothing waits for": (...steps) => ({ requestHeaders: [call(...steps)] }),
};

describeHosts("What comes at the wrong time", { filters: [scripted()] }, ({ it, host }) => {
  for (const { what, script, status } of CASES) {
    it(`harms nobody: ${what}`, async () => {
      const { response } = await run(host, script);
      expect(response.status).toBe(status);
      const next = await run(host, { requestHeaders: [call(["answer"], ["resumeRequest"]), ["pause"]] });
      expect(next.response.status).toBe(200);
      expect(next.reports).toEqual(["Ok", "status 200"]);
    });
  }

  for (const [place, scriptOf] of Object.entries(PLACES)) {
    for (const first of ENDS) {
      for (const second of ENDS) {
        it(`leaves the host serving: ${first[0]} and ${second[0]} ${place}`, async () => {
          const headers = carrying(scriptOf(first, second));
          await host.fetch("/", { method: "POST", body: "hello", headers }).catch(() => undefined);
          expect((await host.fetch("/")).status).toBe(200);
        });
      }
    }
  }

  it("leaves no body to touch after a reply to it", async () => {
    const touch: Step[] = [
      ["read", "requestBody"],
      ["length", "requestBody"],
      ["append", "requestBody", "more"],
    ];
    const script = { requestBody: [REPLY], responseHeaders: touch, log: touch, done: touch };
    const { response, reports } = await run(host, script, { method: "POST", body: "hello" });
    expect(response.status).toBe(418);
    const nothing = ["=", "0", "BadArgument"];
    expect(reports).toEqual([...nothing, ...nothing, ...nothing]);
    expect((await host.fetch("/")).status).toBe(200);
  });

  it("breaks off a response whose headers are gone: a reply from its body", async () => {
    await expect(run(host, { responseBody: [REPLY] })).rejects.toThrow();
    expect((await host.fetch("/")).status).toBe(200);
  });

  it("harms nobody: resetting in the response's trailers, which then goes on to its end", async () => {
    host.upstream("stable").reply({ body: Buffer.from("all"), trailers: [["x-sum", "1"]] });
    const { response } = await run(host, { responseTrailers: [["reset"]] });
    expect([response.status, response.text(), response.trailers]).toEqual([200, "all", [["x-sum", "1"]]]);
    expect((await host.fetch("/")).status).toBe(200);
  });

  it("is refused: another route, once the request has left", async () => {
    const steps: Step[] = [["clearRouteCache"]];
    const played = await run(host, { responseHeaders: steps, log: steps, done: steps });
    expect(played.reports).toEqual(["BadArgument", "BadArgument", "BadArgument"]);
  });
});
