import { expect } from "vitest";
import { describeHosts } from "../../harness/src/testing/index.ts";
import { type Field, type Step, run, scripted } from "./script.ts";

const FIELDS: readonly Field[] = [
  [":method", "GET"],
  [":path", "/"],
  [":authority", "call.test"],
];
const THREE = { a: "1", b: "2", c: "3" };
const TRACE = {
  requestHeaders: [["logLine", 2, "report: headers"] as Step],
  requestBody: [["atEnd", [["logLine", 2, "report: body"]]] as Step],
  requestMetadata: [["chunk"] as Step],
};

describeHosts("Metadata", { filters: [scripted()], http2Metadata: true }, ({ it, host }) => {
  it("of a request comes between its headers and its end", async () => {
    const { response, reports } = await run(host, TRACE, { metadata: THREE });
    expect(response.status).toBe(200);
    expect(reports).toEqual(["headers", "3 more", "body"]);
  });

  it("of a response comes too", async () => {
    host.upstream("stable").reply({ body: Buffer.from("hello"), metadata: [["a", "1"]] });
    const script = { responseMetadata: [["chunk"] as Step] };
    const { response, reports } = await run(host, script);
    expect([response.status, response.text(), ...reports]).toEqual([200, "hello", "1 more"]);
  });

  it("waits while the headers do", async () => {
    const then: Step[] = [["logLine", 2, "report: answered"], ["resumeRequest"]];
    const call: Step = ["call", "stable", FIELDS, "", 5000, then];
    const script = { ...TRACE, requestHeaders: [call, ["pause"]] as Step[] };
    const { response, reports } = await run(host, script, { metadata: THREE });
    expect(response.status).toBe(200);
    expect(reports).toEqual(["Ok", "answered", "3 more", "body"]);
  });

  it("cannot be read, and the headers no more", async () => {
    const maps = ["requestHeaders", "requestTrailers", "responseHeaders", "responseTrailers"];
    const script = { requestMetadata: maps.map((map): Step => ["pairs", map]) };
    const { reports } = await run(host, script, { metadata: THREE });
    expect(reports).toEqual(maps.map(() => "no pairs"));
  });

  it("can be answered: the request does not reach the upstream", async () => {
    const script = { requestMetadata: [["reply", 400, { body: "no metadata" }] as Step] };
    const { response } = await run(host, script, { metadata: THREE, method: "POST", body: "hello" });
    expect([response.status, response.text(), response.upstream]).toEqual([400, "no metadata", null]);
  });

  it("of a response can be answered by breaking the response off only", async () => {
    host.upstream("stable").reply({ body: Buffer.from("hello"), metadata: [["a", "1"]] });
    const script = { responseMetadata: [["reply", 500]] };
    await expect(host.fetch("/", { headers: [["x-script", JSON.stringify(script)]] })).rejects.toThrow();
    expect((await host.fetch("/")).text()).toBe("hello");
  });

  it("leaves a body that waits where it is", async () => {
    const script = {
      requestBody: [["pauseUntilEnd"], ["atEnd", [["read", "requestBody"]]]] as Step[],
      requestMetadata: [["resumeRequest"], ["chunk"]] as Step[],
    };
    const { response, reports } = await run(host, script, { metadata: THREE, method: "POST", body: "hello" });
    expect([response.status, ...reports]).toEqual([200, "3 more", "=hello"]);
  });
});
