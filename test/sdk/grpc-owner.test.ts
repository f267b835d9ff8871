import { expect } from "vitest";
import { describeHosts } from "../../harness/src/testing/index.ts";
import { GRPC_CLUSTERS, callsOf } from "./grpc.ts";

const FILTER = "test/sdk/assembly/owners.ts";

describeHosts("gRPC for a stream", { filters: [{ filter: FILTER }], ...GRPC_CLUSTERS }, ({ it, host }) => {
  it("may begin in the filter's constructor, and ends with the stream all the same", async () => {
    host.upstream("authority").replyGrpc(() => {});
    const response = await host.fetch("/");
    expect(response.upstream?.request.header("x-t-early")).toBe("0");
    const [call] = await callsOf(host, 1);
    expect(call?.path).toBe("/test.Service/Early");
    await call?.cancelled();
  });

  it("goes on with the stream when its answer has asked for something on behalf of the plugin", async () => {
    host.upstream("authority").replyGrpc((call) => {
      if (!call.path.endsWith("/Check")) return;
      call.send("alice");
      call.end();
    });
    const response = await host.fetch("/", { headers: { "x-t-check": "1" } });
    expect(response.upstream?.request.header("x-t-answer")).toBe("alice");
  });
});
