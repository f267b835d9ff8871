import { expect } from "vitest";
import { describeHosts } from "../../harness/src/testing/index.ts";
import { CASES, REQUEST, RESPONSE } from "./header-cases.ts";
import { type Field, type Step, run, scripted } from "./script.ts";

const INJECTED = "a\r\nx-injected: 1\r\n\r\nbody";

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
