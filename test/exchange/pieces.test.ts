import { expect } from "vitest";
import { describeHosts, type UpstreamCall } from "../../harness/src/testing/index.ts";
import { over, probe, tells, traced } from "./traced.ts";

const END_OF_STREAM = (details: string): string[] => [
  "log()",
  `details ${JSON.stringify(details)}`,
  "done()",
  "delete()",
];
const PASSED = END_OF_STREAM("via_upstream");
const STABLE = ["responseHeaders(0)", "responseBody(6, 0)", "responseBody(0, 1)"];
const PAUSE = 1;

for (const http of [1, 2] as const) {
  const gone = END_OF_STREAM(http === 2 ? "http2.remote_reset" : "downstream_remote_disconnect");

  describeHosts(`Exchanges over HTTP/${http}`, { filters: [probe()] }, ({ it, host }) => {
    const stable = (): ReturnType<typeof host.upstream> => host.upstream("stable");
    const post = { method: "POST", http, headers: [traced()] };
    const get = { http, headers: [traced()] };

    /** The exchange that has reached the upstream. */
    const arrived = async (): Promise<UpstreamCall> => {
      await expect.poll(() => stable().calls.length, { timeout: 10_000 }).toBe(1);
      return stable().calls[0] as UpstreamCall;
    };

    it("send a body piece by piece, each a call of the hook", async () => {
      const stream = host.open("/", post);
      await stream.send("first");
      const call = await arrived();
      expect(await call.read(5)).toBe("first");
      await stream.send("second!");
      expect(await call.read(7)).toBe("second!");
      expect([call.state, stable().requests]).toEqual(["open", []]);
      await stream.finish();
      const response = await stream.response;
      expect([response.text(), new TextDecoder().decode(response.upstream?.request.body)]).toEqual([
        "stable",
        "firstsecond!",
      ]);
      const body = ["requestBody(5, 0)", "requestBody(7, 0)", "requestBody(0, 1)"];
      expect(await over(host)).toEqual(["requestHeaders(0)", ...body, ...STABLE, ...PASSED]);
    });

    it("send a body that comes with pauses", async () => {
      async function* body(): AsyncGenerator<string> {
        yield "first";
        await (await arrived()).read(5);
        yield "second!";
      }
      const response = await host.fetch("/", { ...post, body: body() });
      expect(new TextDecoder().decode(response.upstream?.request.body)).toBe("firstsecond!");
      expect(await over(host)).toContain("requestBody(7, 0)");
    });

    it("send a whole body in one piece", async () => {
      const response = await host.fetch("/", { ...post, body: "hello" });
      expect(response.upstream?.request.header("content-length")).toBe("5");
      const body = http === 2 ? ["requestBody(5, 1)"] : ["requestBody(5, 0)", "requestBody(0, 1)"];
      expect(await over(host)).toEqual(["requestHeaders(0)", ...body, ...STABLE, ...PASSED]);
    });

    it("send no body", async () => {
      const response = await host.fetch("/", post);
      expect(response.upstream?.request.header("content-length")).toBe("0");
      expect(await over(host)).toEqual(["requestHeaders(1)", ...STABLE, ...PASSED]);
    });

    it("have trailers both ways, with names that repeat", async () => {
      const trailers = [
        ["x-t", "1"],
        ["x-u", "2"],
        ["x-t", "3"],
      ] as const;
      stable().reply({ body: "hi", trailers });
      const response = await host.fetch("/", { ...post, body: "hello", trailers });
      const values = response.trailers.filter(([name]) => name === "x-t").map(([, value]) => value);
      expect([values, response.upstream?.request.trailers?.length]).toEqual([["1", "3"], 3]);
      expect(await over(host)).toEqual([
        "requestHeaders(0)",
        "requestBody(5, 0)",
        "requestTrailers()",
        "responseHeaders(0)",
        "responseBody(2, 0)",
        "responseTrailers()",
        ...PASSED,
      ]);
    });

    it("keep the order of header fields that repeat", async () => {
      const fields = [
        ["x-a", "1"],
        ["x-b", "2"],
        ["x-a", "3"],
      ] as const;
      stable().reply({ headers: fields });
      const response = await host.fetch("/", { http, headers: [...fields, traced()] });
      const named = (list: readonly (readonly [string, string])[] = []): unknown =>
        list.filter(([name]) => /^x-[ab]$/.test(name));
      expect([named(response.headers), named(response.upstream?.request.headers)]).toEqual([fields, fields]);
      await over(host);
    });

    it("read a response piece by piece", async () => {
      stable().serve((call) => {
        call.start(200, { "x-answer": "yes" });
        call.send("one");
      });
      const stream = host.open("/", get);
      await stream.finish();
      expect((await stream.head).header("x-answer")).toBe("yes");
      expect(await stream.read(3)).toBe("one");
      const call = await arrived();
      call.send("three");
      expect(await stream.read(5)).toBe("three");
      call.finish([["x-sum", "8"]]);
      const response = await stream.response;
      expect([response.text(), response.trailers]).toEqual(["onethree", [["x-sum", "8"]]]);
      const seen = (await over(host)).filter((line) => line.startsWith("response"));
      expect(seen).toEqual([
        "responseHeaders(0)",
        "responseBody(3, 0)",
        "responseBody(5, 0)",
        "responseTrailers()",
      ]);
    });

    it("are answered before the request is complete", async () => {
      stable().serve((call) => {
        call.start(200);
        call.send("early");
        call.finish();
      });
      const stream = host.open("/", post);
      await stream.send("half");
      expect((await stream.response).text()).toBe("early");
      const response = ["responseHeaders(0)", "responseBody(5, 0)", "responseBody(0, 1)"];
      expect(await over(host)).toEqual(["requestHeaders(0)", "requestBody(4, 0)", ...response, ...PASSED]);
    });

    it("are answered by the filter in the middle of the request", async () => {
      const refusing = traced({ requestBody: [["proxy_send_local_response", 403, "why", "no", "", -1]] });
      const stream = host.open("/", { ...post, headers: [refusing] });
      await stream.send("half");
      expect((await stream.response).status).toBe(403);
      expect(await over(host)).toEqual([
        "requestHeaders(0)",
        "requestBody(4, 0)",
        "requestBody: send_local_response -> Ok",
        "responseHeaders(0)",
        "responseBody(2, 1)",
        ...END_OF_STREAM("why"),
      ]);
    });

    it("end when the client goes while a filter holds the request", async () => {
      const stream = host.open("/", { ...post, headers: [traced({ requestHeaders: { returns: PAUSE } })] });
      await tells(host, 1);
      await stream.abort();
      await expect(stream.response).rejects.toThrow("aborted");
      expect(await over(host)).toEqual(["requestHeaders(0)", ...gone]);
      expect(stable().calls).toEqual([]);
    });

    it("end when the client goes in the middle of its body", async () => {
      const stream = host.open("/", post);
      await stream.send("half");
      const call = await arrived();
      await call.read(4);
      await stream.abort();
      await call.cancelled();
      await expect(call.ended()).rejects.toThrow();
      expect(stable().requests).toEqual([]);
      expect(await over(host)).toEqual(["requestHeaders(0)", "requestBody(4, 0)", ...gone]);
    });

    it("end when the client goes while it waits", async () => {
      stable().reply({ fault: "hang" });
      const client = new AbortController();
      const response = host.fetch("/", { ...get, signal: client.signal });
      const call = await arrived();
      await call.ended();
      client.abort(new Error("enough"));
      await expect(response).rejects.toThrow("enough");
      await call.cancelled();
      expect(await over(host)).toEqual(["requestHeaders(1)", ...gone]);
    });

    it("end when the client goes in the middle of the response", async () => {
      stable().reply({ body: "part", fault: "hang-in-body" });
      const stream = host.open("/", post);
      await stream.finish();
      await stream.read(4);
      await stream.abort();
      await (await arrived()).cancelled();
      const seen = ["requestHeaders(0)", "requestBody(0, 1)", "responseHeaders(0)", "responseBody(4, 0)"];
      expect(await over(host)).toEqual([...seen, ...gone]);
    });

    it("give gRPC's status where the content type is gRPC's", async () => {
      const refusing = traced({ requestHeaders: [["proxy_send_local_response", 403, "why", "no", "", -1]] });
      const headers = [["content-type", "application/grpc"], ["te", "trailers"], refusing] as const;
      const response = await host.fetch("/a.Service/Method", { ...post, headers, body: "abcde" });
      expect([response.status, response.header("grpc-status"), response.header("grpc-message")]).toEqual([
        200,
        "7",
        "no",
      ]);
    });
  });
}
