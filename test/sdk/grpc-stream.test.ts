import { expect } from "vitest";
import { describeHosts } from "../../harness/src/testing/index.ts";
import { GRPC_CLUSTERS, callsOf, firstCall, opened, reported, type StreamHooks } from "./grpc.ts";
import { type Step, carrying, reports, run, scripted } from "./script.ts";

const SUITE = { filters: [scripted()], ...GRPC_CLUSTERS };
const RESUME: Step = ["resumeRequest"];
const send = (text: string, last = 0): Step => ["grpcSend", "stream", text, last];
const CLOSE: Step = ["grpcClose", "stream"];
const CANCEL: Step = ["grpcCancel", "stream"];
const again = (step: Step): Step => ["grpcReopen", ...step.slice(1)] as unknown as Step;

describeHosts("GrpcStream", SUITE, ({ it, host }) => {
  it("carries messages and metadata both ways", async () => {
    host.upstream("authority").replyGrpc(async (call) => {
      await call.received(1);
      call.sendMetadata([
        ["x-t-one", "1"],
        ["x-t-one", "2"],
      ]);
      call.send("first", "second");
      await call.received(3);
      call.end({ trailers: { "x-t-sum": "3" } });
    });
    const hooks: StreamHooks = {
      initial: [
        ["getAll", "grpc", "x-t-one"],
        ["set", "grpc", "x-t-one", "9"],
      ],
      message: [["grpcMessage"], send("more")],
      trailing: [["get", "grpc", "x-t-sum"]],
      close: [send("late"), CLOSE, CANCEL, RESUME],
    };
    const script = {
      requestHeaders: [opened(hooks, { metadata: [["x-t", "1"]] }), send("hello"), ["pause"]],
    };
    const played = await run(host, script as object);
    expect(played.reports).toEqual([
      ...["Ok", "Ok", "2 =1 =2", "BadArgument"],
      ...["=first", "Ok", "=second", "Ok", "=3", "closed 0=via_upstream"],
      ...["NotFound", "NotFound", "NotFound"],
    ]);
    const call = await firstCall(host);
    expect(call.path).toBe("/test.Service/Watch");
    expect([call.header("x-t"), call.header("grpc-timeout")]).toEqual(["1", null]);
    expect(call.texts()).toEqual(["hello", "more", "more"]);
  });

  for (const [what, end, state] of [
    ["with its last message", [send("last", 1)], ["last"]],
    ["by itself", [CLOSE], []],
  ] as const) {
    it(`ends its side ${what}, and still receives`, async () => {
      host.upstream("authority").replyGrpc(async (call) => {
        await call.ended();
        call.send("after");
        call.end();
      });
      const hooks = { message: [["grpcMessage"]], close: [RESUME] } as const;
      const steps: Step[] = [opened(hooks), ...end, send("more"), CLOSE, ["pause"]];
      const played = await run(host, { requestHeaders: steps });
      expect(played.reports).toEqual(["Ok", "Ok", "BadArgument", "Ok", "=after", "closed 0=via_upstream"]);
      expect((await firstCall(host)).texts()).toEqual(state);
    });
  }

  it("fails with a status at once: no metadata before, that of the answer after", async () => {
    host.upstream("authority").replyGrpc((call) => {
      call.end({ status: 3, statusMessage: "bad", trailers: { "x-t-why": "1" } });
    });
    const hooks: StreamHooks = {
      initial: [["pairs", "grpc"]],
      trailing: [
        ["get", "grpc", "x-t-why"],
        ["get", "grpc", "grpc-status"],
      ],
      close: [RESUME],
    };
    const played = await run(host, { requestHeaders: [opened(hooks), ["pause"]] });
    expect(played.reports).toEqual(["Ok", "no pairs", "=1", "=3", "closed 3=bad{via_upstream}"]);
  });

  for (const [what, fail, expected] of [
    ["is reset", "reset", "upstream_reset_after_response_started{remote_reset}"],
    ["loses its connection", "disconnect", "upstream_reset_after_response_started{connection_termination}"],
  ] as const) {
    it(`is over when it ${what}`, async () => {
      host.upstream("authority").replyGrpc((call) => call.send("one"));
      const hooks: StreamHooks = {
        message: [["grpcMessage"]],
        trailing: [["pairs", "grpc"]],
        close: [RESUME],
      };
      const pending = run(host, { requestHeaders: [opened(hooks), ["pause"]] });
      await reported(host, "=one");
      (await firstCall(host))[fail]();
      expect((await pending).reports).toEqual(["Ok", "=one", "no pairs", `closed 13=${expected}`]);
    });
  }

  it("is over when nobody listens", async () => {
    const stream = opened({ close: [RESUME] }, { cluster: "down" });
    const played = await run(host, { requestHeaders: [stream, send("hello"), ["pause"]] });
    expect(played.reports.slice(0, 2)).toEqual(["Ok", "Ok"]);
    expect(played.reports[2]).toMatch(/^closed 14=.*remote connection failure/);
  });

  it("is refused for an unknown cluster, bad metadata, and while it is open", async () => {
    host.upstream("authority").replyGrpc(() => {});
    const steps: Step[] = [
      opened({}, { name: "other", cluster: "nowhere" }),
      opened({}, { name: "other", metadata: [["te", "x"]] }),
      ["grpcSend", "other", "x", 0],
      opened(),
      again(opened()),
    ];
    const played = await run(host, { requestHeaders: steps });
    expect(played.reports).toEqual(["InternalFailure", "BadArgument", "NotFound", "Ok", "BadArgument"]);
  });

  const HOOKS: Readonly<Record<string, (...steps: Step[]) => StreamHooks>> = {
    initial: (...steps) => ({ initial: steps }),
    message: (...steps) => ({ message: steps }),
    trailing: (...steps) => ({ trailing: steps }),
  };
  for (const [hook, hooksOf] of Object.entries(HOOKS)) {
    it(`can be cancelled in the hook of its ${hook} metadata or message, and hears no more`, async () => {
      host.upstream("authority").replyGrpc((call) => {
        call.sendMetadata({});
        call.send("one", "two", "three");
        call.end({ status: 1 });
      });
      const hooks = { close: [["grpcAnswer"]] as Step[], ...hooksOf(CANCEL, CANCEL, RESUME) };
      const played = await run(host, { requestHeaders: [opened(hooks), ["pause"]] });
      expect(played.reports).toEqual(["Ok", "Ok", "NotFound"]);
      expect((await run(host, {})).response.status).toBe(200);
      expect(reports(host).filter((line) => line.startsWith("closed"))).toEqual([]);
    });

    it(`can be sent to and closed there, and keeps the server's status: ${hook}`, async () => {
      host.upstream("authority").replyGrpc((call) => {
        call.sendMetadata({});
        call.send("one");
        call.end({ status: 0 });
      });
      const hooks = { ...hooksOf(send("x"), CLOSE), close: [RESUME] };
      const played = await run(host, { requestHeaders: [opened(hooks), ["pause"]] });
      const isSent = hook === "trailing" ? "BadArgument" : "Ok";
      expect(played.reports).toEqual(["Ok", isSent, "Ok", "closed 0=via_upstream"]);
    });
  }

  it("can be opened again from its end", async () => {
    host.upstream("authority").replyGrpc((call) => {
      if (host.upstream("authority").grpcCalls.length > 1) call.send("again");
      else call.end({ status: 14 });
    });
    const hooks: StreamHooks = { close: [again(opened())], message: [["grpcMessage"], CANCEL, RESUME] };
    const played = await run(host, { requestHeaders: [opened(hooks), ["pause"]] });
    expect(played.reports).toEqual(["Ok", "closed 14=via_upstream", "Ok", "=again", "Ok"]);
  });

  it("ends with the stream it was made for", async () => {
    host.upstream("authority").replyGrpc(() => {});
    const other = opened({}, { name: "other" });
    const played = await run(host, { requestHeaders: [opened(), other, send("hello")] });
    expect(played.reports).toEqual(["Ok", "Ok", "Ok"]);
    for (const call of await callsOf(host, 2)) await call.cancelled();
    expect(reports(host).filter((line) => line.startsWith("closed"))).toEqual([]);
  });

  it("takes a message of 1 MiB", async () => {
    host.upstream("authority").replyGrpc(async (call) => {
      await call.received(1);
      call.send(new Uint8Array(1 << 20));
    });
    const hooks: StreamHooks = { message: [["grpcSize"], RESUME] };
    const steps: Step[] = [opened(hooks), ["grpcZeros", "stream", 1 << 20], ["pause"]];
    expect((await run(host, { requestHeaders: steps })).reports).toEqual(["Ok", "Ok", "1048576"]);
    expect((await firstCall(host)).messages.map(({ length }) => length)).toEqual([1 << 20]);
  });

  it("keeps several apart", async () => {
    host.upstream("authority").replyGrpc(async (call) => {
      await call.received(1);
      call.send(`for ${call.texts()[0]}`);
    });
    const streams = ["a", "b", "c"].flatMap((name): Step[] => [
      opened({ message: [["grpcMessage"], RESUME] }, { name }),
      ["grpcSend", name, name, 0],
    ]);
    const responses = await Promise.all(
      streams.flatMap((step, index) => {
        const next = streams[index + 1];
        if (step[0] !== "grpcOpen" || !next) return [];
        return [host.fetch("/", { headers: carrying({ requestHeaders: [step, next, ["pause"]] }) })];
      }),
    );
    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200]);
    const said = reports(host).filter((line) => line.startsWith("=for"));
    expect(said.sort()).toEqual(["=for a", "=for b", "=for c"]);
  });
});

const CONFIG = {
  configure: [["tickPeriod", 100]] as Step[],
  tick: [
    ["tickPeriod", 0],
    opened({ message: [["grpcMessage"]], close: [again(opened())] }),
    send("hello"),
  ] as Step[],
};
describeHosts("GrpcStream of a plugin", { ...SUITE, filters: [scripted(CONFIG)] }, ({ it, host }) => {
  it("outlives requests, and ends with its plugin", async () => {
    host.upstream("authority").replyGrpc(async (call) => {
      await call.received(1);
      call.send("news");
    });
    await host.clock.advance("200ms");
    await reported(host, "=news");
    await run(host, {});
    const calls = host.upstream("authority").grpcCalls;
    expect(calls.map(({ state }) => state)).not.toContain("cancelled");
    expect(await host.updateFilter("script", { configure: [] })).toEqual({ accepted: true });
    for (const call of calls) await call.cancelled();
    expect((await host.fetch("/")).status).toBe(200);
  });
});
