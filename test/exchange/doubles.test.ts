import { expect } from "vitest";
import { describeHosts } from "../../harness/src/testing/index.ts";
import { run, scripted, type Step } from "../sdk/script.ts";
import { over, probe, traced } from "./traced.ts";

const PAUSE = 1;
const BROKEN = "upstream connect error or disconnect/reset before headers. reset reason:";

describeHosts("Upstream doubles", { filters: [probe()] }, ({ it, host }) => {
  const stable = (): ReturnType<typeof host.upstream> => host.upstream("stable");
  const details = async (): Promise<string | undefined> =>
    (await over(host)).find((line) => line.startsWith("details "));

  it("answer once, in turn, and then as always", async () => {
    stable().replyOnce({ body: "first" });
    stable().replyOnce((request) => ({ status: 201, body: request.path }));
    stable().reply({ body: "always" });
    const bodies: string[] = [];
    for (const path of ["/a", "/b", "/c", "/d"]) bodies.push((await host.fetch(path)).text());
    expect(bodies).toEqual(["first", "/b", "always", "always"]);
  });

  it("answer late, on the clock of the host", async () => {
    stable().reply({ body: "late", delay: "200ms" });
    const before = host.clock.now();
    const response = host.fetch("/");
    await host.clock.advance("250ms");
    expect((await response).text()).toBe("late");
    expect(host.clock.now() - before).toBeGreaterThanOrEqual(200_000_000n);
  });

  it("are too late for the route", async () => {
    stable().reply({ delay: "200ms" });
    const response = host.fetch("/", {
      headers: [
        traced({
          requestHeaders: [["proxy_add_header_map_value", 0, "x-envoy-upstream-rq-timeout-ms", "50"]],
        }),
      ],
    });
    await host.clock.advance("60ms");
    expect([(await response).status, await details()]).toEqual([504, 'details "response_timeout"']);
  });

  it("break off before the answer", async () => {
    stable().reply({ fault: "reset" });
    const response = await host.fetch("/", { headers: [traced()] });
    expect([response.status, response.text()]).toEqual([503, `${BROKEN} connection termination`]);
    expect(await details()).toBe('details "upstream_reset_before_response_started{connection_termination}"');
  });

  for (const headers of [{}, { "content-length": "10" }]) {
    const framing = "content-length" in headers ? "a length" : "chunks";
    const told = 'details "upstream_reset_after_response_started{protocol_error}"';

    it(`break off in a body of ${framing}`, async () => {
      stable().reply({ headers, body: "part", fault: "reset-in-body" });
      const stream = host.open("/", { headers: [traced()] });
      await stream.finish();
      expect([(await stream.head).status, await stream.read(4)]).toEqual([200, "part"]);
      await expect(stream.read(1)).rejects.toThrow('the message is over after ""');
      await expect(stream.response).rejects.toThrow();
      expect(await over(host)).toContain(told);
    });

    it(`break off in a body of ${framing} while a filter holds the response`, async () => {
      stable().reply({ headers, body: "part", fault: "reset-in-body" });
      const response = await host.fetch("/", { headers: [traced({ responseHeaders: { returns: PAUSE } })] });
      expect([response.status, response.text()]).toEqual([502, `${BROKEN} protocol error`]);
      const seen = ["requestHeaders(1)", "responseHeaders(0)", "log()", told, "done()", "delete()"];
      expect(await over(host)).toEqual(seen);
    });
  }

  it("stream an answer", async () => {
    async function* body(): AsyncGenerator<string> {
      yield "one";
      await host.clock.advance("1ms");
      yield "two";
    }
    stable().reply({ status: 203, body: body() });
    const response = await host.fetch("/");
    expect([response.status, response.text(), response.upstream?.name]).toEqual([203, "onetwo", "stable"]);
  });

  it("break off when their function fails", async () => {
    stable().serve(() => {
      throw new Error("broken");
    });
    expect((await host.fetch("/")).status).toBe(503);
  });

  it("are forgotten at the end of the test", async () => {
    expect([(await host.fetch("/")).text(), stable().requests.length]).toEqual(["stable", 1]);
  });
});

describeHosts(
  "Clusters that filters call",
  { filters: [scripted()], clusters: ["authz"], unreachable: ["nowhere"] },
  ({ it, host }) => {
    const ask = (cluster = "authz"): Step[] => [
      [
        "call",
        cluster,
        [
          [":method", "GET"],
          [":path", "/check"],
          [":authority", "authz.test"],
        ],
        "",
        1000,
        [["answer"], ["answerBody"], ["resumeRequest"]],
      ],
      ["pause"],
    ];

    it("answer what the test says", async () => {
      host.upstream("authz").reply({ status: 204, delay: "20ms" });
      const played = run(host, { requestHeaders: ask() });
      await host.clock.advance("30ms");
      expect((await played).reports.slice(1)).toEqual(["status 204", "0="]);
    });

    it("are too late", async () => {
      host.upstream("authz").reply({ delay: "2s" });
      const played = run(host, { requestHeaders: ask() });
      await host.clock.advance("1.1s");
      expect((await played).reports[1]).toBe("status 504");
    });

    it("break off", async () => {
      host.upstream("authz").reply({ fault: "reset" });
      expect((await run(host, { requestHeaders: ask() })).reports[1]).toBe("status 503");
    });

    it("break off in the middle, of which nothing is left", async () => {
      host.upstream("authz").reply({ body: "part", fault: "reset-in-body" });
      expect((await run(host, { requestHeaders: ask() })).reports[1]).toBe("status 0 failed");
    });

    it("hang in the middle, of which nothing is left", async () => {
      host.upstream("authz").reply({ body: "part", fault: "hang-in-body" });
      const played = run(host, { requestHeaders: ask() });
      await host.clock.advance("1.1s");
      expect((await played).reports[1]).toBe("status 0 failed");
    });

    it("are where nobody listens", async () => {
      expect((await run(host, { requestHeaders: ask("nowhere") })).reports[1]).toBe("status 503");
    });
  },
);
