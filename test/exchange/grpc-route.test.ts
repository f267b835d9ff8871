import { expect } from "vitest";
import { describeHosts } from "../../harness/src/testing/index.ts";
import { over, probe, traced } from "./traced.ts";

const OPTIONS = {
  filters: [probe()],
  grpc: ["library"],
  routes: [{ match: { prefix: "/test.Library/" }, cluster: "library" }],
};

/** A message with what stands before it: no compression, its length. */
function framed(text: string): string {
  return `\0\0\0\0${String.fromCharCode(text.length)}${text}`;
}

describeHosts("A route to a gRPC cluster", OPTIONS, ({ it, host }) => {
  const request = {
    method: "POST",
    http: 2,
    headers: [["content-type", "application/grpc"], ["te", "trailers"], traced()],
    body: framed("book"),
  } as const;

  it("leads to the double, whose answer comes back with its status in trailers", async () => {
    host
      .upstream("library")
      .replyGrpc({ message: "found", metadata: { "x-shelf": "3" }, trailers: { "x-t": "1" } });
    const response = await host.fetch("/test.Library/Find", request);
    expect([response.status, response.header("x-shelf"), response.text()]).toEqual([
      200,
      "3",
      framed("found"),
    ]);
    expect(response.trailers).toEqual([
      ["grpc-status", "0"],
      ["x-t", "1"],
    ]);
    const [call] = host.upstream("library").grpcCalls;
    expect([call?.path, call?.texts(), call?.header("te")]).toEqual([
      "/test.Library/Find",
      ["book"],
      "trailers",
    ]);
    expect(await over(host)).toContain("responseTrailers()");
  });

  it("brings back a status without a message, in headers only", async () => {
    host.upstream("library").replyGrpc({ status: 5, statusMessage: "no such book" });
    const response = await host.fetch("/test.Library/Find", request);
    expect([response.status, response.header("grpc-status"), response.header("grpc-message")]).toEqual([
      200,
      "5",
      "no%20such%20book",
    ]);
    expect([response.text(), response.trailers]).toEqual(["", []]);
  });

  it("streams messages both ways", async () => {
    host.upstream("library").replyGrpc(async (call) => {
      await call.received(1);
      call.send("first");
      await call.received(2);
      call.send("second");
      await call.ended();
      call.end();
    });
    const stream = host.open("/test.Library/Watch", request);
    await stream.send(framed("one"));
    expect(await stream.read(10)).toBe(framed("first"));
    await stream.send(framed("two"));
    expect(await stream.read(11)).toBe(framed("second"));
    await stream.finish();
    expect((await stream.response).trailers).toEqual([["grpc-status", "0"]]);
  });

  it("is UNAVAILABLE when the double breaks the call off", async () => {
    host.upstream("library").replyGrpc((call) => call.reset());
    const response = await host.fetch("/test.Library/Find", request);
    // For a gRPC client: status 200, and UNAVAILABLE.
    expect([response.status, response.header("grpc-status")]).toEqual([200, "14"]);
  });
});
