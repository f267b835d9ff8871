import { beforeEach, expect } from "vitest";
import { type GrpcAnswer, type GrpcUpstreamCall, describeHosts } from "../../harness/src/testing/index.ts";
import { GRPC_CLUSTERS, callsOf, firstCall, reported, unary } from "./grpc.ts";
import { type Field, type Step, carrying, reports, run, scripted } from "./script.ts";

const SUITE = { filters: [scripted()], ...GRPC_CLUSTERS };
const SHOW: Step[] = [["grpcAnswer"], ["grpcMessage"], ["resumeRequest"]];
const BROKEN = "upstream connect error or disconnect/reset before headers. reset reason:";

describeHosts("GrpcCall", SUITE, ({ it, host }) => {
  beforeEach(() => host.upstream("authority").replyGrpc({}));

  it("pauses the request until the answer resumes it", async () => {
    host.upstream("authority").replyGrpc({ message: "alice" });
    const then: Step[] = [...SHOW.slice(0, 2), ["setFromGrpc", "x-t-user"], ["resumeRequest"]];
    const played = await run(host, { requestHeaders: [unary(then), ["pause"]] });
    expect(played.reports).toEqual(["Ok", "0=", "=alice", "Ok"]);
    expect(played.response.upstream?.request.header("x-t-user")).toBe("alice");
    const [call] = host.upstream("authority").grpcCalls;
    expect(call?.path).toBe("/test.Service/Check");
    expect(call?.authority).toBe("authority");
    expect(call?.texts()).toEqual(["question"]);
    expect([call?.header("content-type"), call?.header("te"), call?.header("grpc-timeout")]).toEqual([
      "application/grpc",
      "trailers",
      "5000m",
    ]);
  });

  it("replies from the answer", async () => {
    host.upstream("authority").replyGrpc({ status: 7, statusMessage: "no" });
    const { response } = await run(host, { requestHeaders: [unary([["reply", 403]]), ["pause"]] });
    expect(response.status).toBe(403);
    expect(host.upstream("stable").requests).toEqual([]);
  });

  it("sends metadata, `-bin` as base64, under the authority it is told", async () => {
    const metadata: Field[] = [
      ["X-T-One", "1"],
      ["x-t-one", "2"],
      ["x-t-bin", "\0\r\n!"],
    ];
    const options = { metadata, authority: "authority.test" };
    await run(host, { requestHeaders: [unary(SHOW, options), ["pause"]] });
    const call = await firstCall(host);
    expect(call.authority).toBe("authority.test");
    expect(call.headers.filter(([name]) => name.startsWith("x-t"))).toEqual([
      ["x-t-one", "1"],
      ["x-t-one", "2"],
      ["x-t-bin", "AA0KIQ=="],
    ]);
  });

  const FAILURES: Readonly<Record<string, [GrpcAnswer | ((call: GrpcUpstreamCall) => void), string]>> = {
    "a status": [{ status: 7, statusMessage: "nope" }, "7=nope{via_upstream}"],
    "a status with a text that must be encoded": [
      { status: 5, statusMessage: "a %" },
      "5=a%20%25{via_upstream}",
    ],
    "a status without a text": [{ status: 16 }, "16=via_upstream"],
    "a status after metadata": [{ status: 9, metadata: { "x-t": "1" } }, "9=via_upstream"],
    "a status that there is not": [{ status: 99 }, "2=via_upstream"],
    "status 0 without a message": [(call) => call.end(), "13="],
    "status 0 after metadata, without a message": [
      (call) => {
        call.sendMetadata({});
        call.end();
      },
      "13=",
    ],
    "HTTP 503": [(call) => call.refuse(503), "14=via_upstream"],
    "HTTP 404": [(call) => call.refuse(404), "12=via_upstream"],
    "HTTP 418": [(call) => call.refuse(418), "2=via_upstream"],
    "a reset": [
      (call) => call.reset(),
      `14=${BROKEN} remote reset{upstream_reset_before_response_started{remote_reset}}`,
    ],
    "a connection that breaks": [
      (call) => call.disconnect(),
      `14=${BROKEN} connection termination{upstream_reset_before_response_started{connection_termination}}`,
    ],
  };
  for (const [what, [answer, expected]] of Object.entries(FAILURES)) {
    it(`fails with ${what}`, async () => {
      host.upstream("authority").replyGrpc(answer);
      const played = await run(host, { requestHeaders: [unary(SHOW), ["pause"]] });
      expect(played.reports).toEqual(["Ok", expected, "="]);
      expect(played.response.status).toBe(200);
    });
  }

  it("fails when nobody listens", async () => {
    const played = await run(host, { requestHeaders: [unary(SHOW, { cluster: "down" }), ["pause"]] });
    expect(played.reports[1]).toBe(
      `14=${BROKEN} remote connection failure{upstream_reset_before_response_started{remote_connection_failure|delayed_connect_error:_Connection_refused}}`,
    );
  });

  for (const [when, begin, expected] of [
    ["before metadata", () => {}, "14=upstream request timeout{response_timeout}"],
    ["after metadata", (call: GrpcUpstreamCall) => call.sendMetadata({}), "13=response_timeout"],
  ] as const) {
    it(`fails when the time is over ${when}`, async () => {
      host.upstream("authority").replyGrpc(begin);
      const script = { requestHeaders: [unary(SHOW, { timeout: 200 }), ["pause"]] as Step[] };
      const pending = run(host, script);
      await firstCall(host);
      await host.clock.advance("200ms");
      const played = await pending;
      expect(played.reports).toEqual(["Ok", expected, "="]);
      await (await firstCall(host)).cancelled();
    });
  }

  it("refuses a message beyond its limit", async () => {
    host.upstream("authority").replyGrpc({ message: "four" });
    const limited = (limit: number): Step[] => [unary(SHOW, { limit }), ["pause"]];
    expect((await run(host, { requestHeaders: limited(3) })).reports[1]).toBe("8=via_upstream");
    expect((await run(host, { requestHeaders: limited(4) })).reports[1]).toBe("0=");
  });

  for (const size of [0, 1, 16_384, 1 << 20]) {
    it(`takes messages of ${size} bytes both ways`, async () => {
      host.upstream("authority").replyGrpc({ message: new Uint8Array(size) });
      const message = size === 0 ? "" : size;
      const script = {
        requestHeaders: [unary([["grpcSize"], ["resumeRequest"]], { message }), ["pause"]] as Step[],
      };
      expect((await run(host, script)).reports).toEqual(["Ok", String(size)]);
      expect((await firstCall(host)).messages.map(({ length }) => length)).toEqual([size]);
    });
  }

  for (const [what, options, expected] of [
    ["an unknown cluster", { cluster: "nowhere" }, "InternalFailure"],
    ["no cluster", { cluster: "" }, "InternalFailure"],
    ["an authority that splits the message", { authority: "a\r\nb" }, "BadArgument"],
    ["a method with a line break", { method: "Check\r\n" }, "BadArgument"],
    ["no method", { method: "" }, "BadArgument"],
    ["no time", { timeout: 0 }, "BadArgument"],
    ["metadata that splits the message", { metadata: [["x-t", "a\r\nb"]] }, "BadArgument"],
    ["a pseudo header", { metadata: [[":path", "/other"]] }, "BadArgument"],
    ["another host", { metadata: [["Host", "other"]] }, "BadArgument"],
    ["a name that gRPC keeps to itself", { metadata: [["grpc-timeout", "1S"]] }, "BadArgument"],
    ["a content type", { metadata: [["content-type", "text/plain"]] }, "BadArgument"],
    [
      "two values of a binary name",
      {
        metadata: [
          ["x-bin", "1"],
          ["x-bin", "2"],
        ],
      },
      "BadArgument",
    ],
  ] as const) {
    it(`refuses ${what}, and nothing hangs`, async () => {
      const played = await run(host, { requestHeaders: [unary(SHOW, options as object)] });
      expect(played.reports).toEqual([expected]);
      expect(played.response.status).toBe(200);
      expect((await run(host, { requestHeaders: [unary(SHOW), ["pause"]] })).reports[1]).toBe("0=");
      expect(host.upstream("authority").grpcCalls).toHaveLength(1);
    });
  }

  it("that outlives its stream is never answered", async () => {
    host.upstream("authority").replyGrpc(() => {});
    const played = await run(host, { requestHeaders: [unary(SHOW), ["reply", 401]] });
    expect(played.response.status).toBe(401);
    const call = await firstCall(host);
    await call.ended();
    call.send("late");
    call.end();
    host.upstream("authority").replyGrpc({});
    const next = await run(host, { requestHeaders: [unary([["resumeRequest"]]), ["pause"]] });
    expect(next.response.status).toBe(200);
    expect(reports(host).filter((line) => line === "=late")).toEqual([]);
  });

  it("of several streams, answered out of order, reach their own", async () => {
    host.upstream("authority").replyGrpc(() => {});
    const names = ["A", "B", "C", "D"];
    const pending = names.map((method) => {
      const then: Step[] = [["setFromGrpc", "x-t-answer"], ["resumeRequest"]];
      const script = { requestHeaders: [unary(then, { method }), ["pause"]] as Step[] };
      return host.fetch(`/${method}`, { headers: carrying(script) });
    });
    const calls = [...(await callsOf(host, names.length))];
    for (const call of calls.toReversed()) {
      await call.ended();
      call.send(`for ${call.path}`);
      call.end();
    }
    const responses = await Promise.all(pending);
    expect(responses.map(({ upstream }) => upstream?.request.header("x-t-answer"))).toEqual(
      names.map((method) => `for /test.Service/${method}`),
    );
  });

  it("goes on from an answer to the next call", async () => {
    const second = unary(SHOW, { method: "Second" });
    const played = await run(host, { requestHeaders: [unary([["grpcAnswer"], second]), ["pause"]] });
    expect(played.reports).toEqual(["Ok", "0=", "Ok", "0=", "=authority"]);
  });

  it("can be cancelled, once", async () => {
    host.upstream("authority").replyGrpc(() => {});
    const cancel: Step = ["grpcCancel", "call"];
    const script = { requestHeaders: [unary(SHOW), ["pause"]] as Step[], log: [cancel, cancel] };
    const aborted = host.fetch("/", { headers: carrying({ requestHeaders: script.requestHeaders }) });
    await (await firstCall(host)).ended();
    const played = await run(host, { requestHeaders: [cancel, cancel] });
    expect(played.reports).toEqual(["Ok", "NotFound"]);
    await (await firstCall(host)).cancelled();
    // Nothing resumes the first request any more: another call that is its own would.
    void aborted.catch(() => undefined);
  });

  it("is made and forgotten at the end of a stream", async () => {
    const call = unary(SHOW);
    const played = await run(host, { log: [call], done: [call] });
    expect(played.reports).toEqual(["Ok", "Ok"]);
    for (const made of await callsOf(host, 2)) await made.ended();
    expect((await host.fetch("/")).status).toBe(200);
  });
});

const TICK: Step[] = [["tickPeriod", 0], unary([["grpcAnswer"], ["grpcMessage"]])];
describeHosts(
  "GrpcCall of a plugin",
  { ...SUITE, filters: [scripted({ configure: [["tickPeriod", 100]], tick: TICK })], workers: 1 },
  ({ it, host }) => {
    beforeEach(() => host.upstream("authority").replyGrpc({}));

    it("runs from a tick", async () => {
      await host.clock.advance("200ms");
      expect(await reported(host, "=authority")).toContain("0=");
    });
  },
);
