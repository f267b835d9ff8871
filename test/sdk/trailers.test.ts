import { expect } from "vitest";
import { describeHosts } from "../../harness/src/testing/index.ts";
import { type Field, type Step, run, scripted } from "./script.ts";

const TRAILERS: Field[] = [
  ["x-t-sum", "1"],
  ["x-t-two", "a"],
  ["x-t-two", "b"],
];

const steps = (map: string): Step[] => [
  ["pairs", map],
  ["get", map, "x-t-none"],
  ["set", map, "x-t-sum", "2"],
  ["get", map, "x-t-sum"],
  ["add", map, "x-t-new", "3"],
  ["remove", map, "x-t-two"],
  ["set", map, "x-t-bad", "a\r\nb"],
];
const REPORTS = ["pairs x-t-sum=1 x-t-two=a x-t-two=b", "absent", "Ok", "=2", "Ok", "Ok", "BadArgument"];
const SENT = [
  ["x-t-sum", "2"],
  ["x-t-new", "3"],
];

describeHosts("Trailers", { filters: [scripted()] }, ({ it, host }) => {
  it("of a request are read and written", async () => {
    const played = await run(
      host,
      { requestTrailers: steps("requestTrailers") },
      { method: "POST", body: "hello", trailers: TRAILERS },
    );
    expect(played.reports).toEqual(REPORTS);
    expect(played.response.upstream?.request.trailers).toEqual(SENT);
  });

  it("of a response are read and written", async () => {
    host.upstream("stable").reply({ body: Buffer.from("hello"), trailers: TRAILERS });
    const played = await run(host, { responseTrailers: steps("responseTrailers") });
    expect(played.reports).toEqual(REPORTS);
    expect(played.response.trailers).toEqual(SENT);
    expect(played.response.text()).toBe("hello");
  });

  it("end a body, which can still be written there", async () => {
    const script = {
      requestHeaders: [["remove", "requestHeaders", "content-length"]],
      requestBody: [["pause"]],
      requestTrailers: [
        ["read", "requestBody"],
        ["replace", "requestBody", "new"],
      ],
    } as const;
    const played = await run(host, script, { method: "POST", body: "hello", trailers: TRAILERS });
    expect(played.reports).toEqual(["Ok", "=hello", "Ok"]);
    const request = played.response.upstream?.request;
    expect(new TextDecoder().decode(request?.body)).toBe("new");
    expect(request?.trailers).toEqual(TRAILERS);
  });

  it("do not come when there are none", async () => {
    const script = {
      requestTrailers: [["chunk"]],
      responseTrailers: [["chunk"]],
      requestHeaders: [["get", "requestTrailers", "x-t-sum"]],
    } as const;
    const played = await run(host, script, { method: "POST", body: "hello" });
    expect(played.reports).toEqual(["absent"]);
  });
});
