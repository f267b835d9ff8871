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

const SHARED = { filters: [{ filter: FILTER, config: "shared" }], ...GRPC_CLUSTERS, workers: 1 };
describeHosts("gRPC for a filter that serves several streams", SHARED, ({ it, host }) => {
  it("ends with the stream it began in, and the worker goes on", async () => {
    let letGo = (): void => {};
    const held = new Promise<void>((resolve) => (letGo = resolve));
    host.upstream("authority").replyGrpc(() => {});
    host.upstream("stable").reply(async () => {
      await held;
      return { status: 200 };
    });
    const headers = { "x-t-watch": "1" };
    const first = host.fetch("/first", { headers });
    await callsOf(host, 1);
    const second = host.fetch("/second", { headers });
    await callsOf(host, 2);
    letGo();
    expect([(await first).status, (await second).status]).toEqual([200, 200]);
    for (const call of await callsOf(host, 2)) await call.cancelled();
    expect((await host.fetch("/")).status).toBe(200);
  });
});
