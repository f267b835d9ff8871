import { describe, expect, it as test } from "vitest";
import { describeHosts, EmulatorHost, Status, type TestHost } from "../../harness/src/testing/index.ts";
import { run, scripted, type Step } from "../sdk/script.ts";

const ASK: Step = [
  "call",
  "authz",
  [
    [":method", "GET"],
    [":path", "/"],
    [":authority", "authz.test"],
  ],
  "",
  1000,
  [["answer"], ["resumeRequest"]],
];
const FAULTS = ["proxy_http_call", "proxy_set_shared_data", "proxy_get_property"];
const WRITE: Step = ["setShared", "key", "value"];
const OPTIONS = { filters: [scripted()], clusters: ["authz"], faults: FAULTS };

const reports = async (host: TestHost, ...steps: Step[]): Promise<string[]> =>
  (await run(host, { requestHeaders: steps })).reports;

describeHosts("A host call that fails", { ...OPTIONS, workers: 2 }, ({ it, host }) => {
  it("fails once, and the cluster hears nothing", async () => {
    await host.failNext("proxy_http_call", Status.InternalFailure);
    expect(await reports(host, ASK)).toEqual(["InternalFailure"]);
    expect(host.upstream("authz").calls).toEqual([]);
    host.upstream("authz").reply({ status: 204 });
    expect(await reports(host, ASK, ["pause"])).toEqual(["Ok", "status 204"]);
  });

  it("fails as often as the test says, after as many as it says", async () => {
    await host.failNext("proxy_set_shared_data", Status.CasMismatch, { times: 2, after: 1 });
    const seen = await reports(host, WRITE, WRITE, WRITE, WRITE);
    expect(seen).toEqual(["Ok", "CasMismatch", "CasMismatch", "Ok"]);
  });

  it("can be several functions", async () => {
    await host.failNext("proxy_http_call", Status.BadArgument);
    await host.failNext("proxy_set_shared_data", Status.InternalFailure);
    expect(await reports(host, WRITE, ASK, WRITE)).toEqual(["InternalFailure", "BadArgument", "Ok"]);
  });

  it("is named as the ABI names it", async () => {
    await expect(host.failNext("proxy_htp_call", Status.InternalFailure)).rejects.toThrow(
      'the ABI has no function "proxy_htp_call"; did you mean proxy_http_call?',
    );
    await expect(host.failNext("proxy_grpc_call", Status.InternalFailure)).rejects.toThrow(
      'proxy_grpc_call is not among the suite\'s faults; add faults: ["proxy_grpc_call"] to its options',
    );
    await expect(host.failNext("proxy_log", Status.InternalFailure)).rejects.toThrow(
      "proxy_log cannot be made to fail: modules call it when they start",
    );
    await expect(host.failNext("proxy_http_call", Status.Ok)).rejects.toThrow("does not fail with status 0");
  });

  it("does not show in the metrics of the filter", async () => {
    await host.failNext("proxy_set_shared_data", Status.InternalFailure);
    const steps: Step[] = [
      WRITE,
      ["counter", "t_made", 2],
      ["gauge", "t_level", 5],
      ["counter", "u_made", 1],
    ];
    await run(host, { requestHeaders: steps });
    expect(await host.stats(/^[^.]+$/)).toEqual({ t_made: 2, t_level: 5, u_made: 1 });
    expect(await host.stats(/^t_/)).toEqual({ t_made: 2, t_level: 5 });
  });

  it("leaves the memory of the module as it was", async () => {
    const steps: Step[] = [WRITE, ["getShared", "key"], ["property", "request", "method"]];
    expect(await reports(host, ...steps)).toEqual(["Ok", "=value", "=GET"]);
  });
});

describeHosts("A fault that is chosen", { ...OPTIONS, onlyEmulator: true }, ({ it, host }) => {
  it("is asked of each call", async () => {
    const workers: number[] = [];
    const when = ({ worker }: { worker: number }): boolean => workers.push(worker) > 1;
    await host.failNext("proxy_set_shared_data", Status.InternalFailure, { when });
    expect(await reports(host, WRITE, WRITE, WRITE)).toEqual(["Ok", "InternalFailure", "Ok"]);
    expect(workers).toEqual([0, 0]);
  });
});

describe("A fault in the emulator", () => {
  test("that does not happen fails the test", async () => {
    await using host = await EmulatorHost.start(OPTIONS);
    host.beginTest();
    await host.failNext("proxy_http_call", Status.InternalFailure, { times: 2 });
    await expect(host.endTest()).rejects.toThrow(
      "proxy_http_call was to fail 2 more times, but was not called",
    );
  });

  test("has a name of the ABI in the suite", async () => {
    await expect(EmulatorHost.start({ ...OPTIONS, faults: ["proxy_dance"] })).rejects.toThrow(
      'the ABI has no function "proxy_dance"',
    );
  });
});

describe("A request for which a test has no answer", () => {
  test("fails it, with cluster, method and path", async () => {
    await using host = await EmulatorHost.start(OPTIONS);
    host.beginTest();
    expect(await reports(host, ASK, ["pause"])).toEqual(["Ok", "status 503"]);
    await expect(host.endTest()).rejects.toThrow('cluster "authz" got GET /: this test has set no answer');
  });
});
