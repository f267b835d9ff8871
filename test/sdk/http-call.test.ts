import { expect } from "vitest";
import type { HttpResponse } from "../../harness/src/model/index.ts";
import { describeHosts } from "../../harness/src/testing/index.ts";
import { type Field, type Step, carrying, reports, run, scripted } from "./script.ts";

const ROUTES = [
  { match: { prefix: "/never" }, cluster: "authority" },
  { match: { prefix: "/" }, cluster: "stable" },
];

const fields = (path = "/check"): Field[] => [
  [":method", "POST"],
  [":path", path],
  [":authority", "authority.test"],
  ["x-t-asked", "1"],
];

/** Asks the authority; `then` are the steps at its answer. */
const ask = (then: readonly Step[], timeout = 5000, path = "/check"): Step => [
  "call",
  "authority",
  fields(path),
  "question",
  timeout,
  then,
];

/** A promise and what settles it. */
function gate<T>(): { promise: Promise<T>; open: (value: T) => void } {
  let open: (value: T) => void = () => {};
  const promise = new Promise<T>((resolve) => (open = resolve));
  return { promise, open };
}

describeHosts("HttpCall", { filters: [scripted()], routes: ROUTES }, ({ it, host }) => {
  it("pauses the request until the answer resumes it", async () => {
    const body = Buffer.from("alice");
    host.upstream("authority").reply({ status: 201, headers: [["x-t-answer", "yes"]], body });
    const then: Step[] = [
      ["answer"],
      ["get", "call", "x-t-answer"],
      ["getAll", "call", ":status"],
      ["answerBody"],
      ["set", "requestHeaders", "x-t-user", "alice"],
      ["resumeRequest"],
    ];
    const played = await run(host, { requestHeaders: [ask(then), ["pause"]] });
    expect(played.reports).toEqual(["Ok", "status 201", "=yes", "1 =201", "5=alice", "Ok"]);
    expect(played.response.upstream?.request.header("x-t-user")).toBe("alice");
    const [call] = host.upstream("authority").requests;
    expect(call).toMatchObject({ method: "POST", path: "/check", authority: "authority.test" });
    expect(call?.header("x-t-asked")).toBe("1");
    expect(new TextDecoder().decode(call?.body)).toBe("question");
  });

  it("replies from the answer", async () => {
    const then: Step[] = [["reply", 403, { body: "no", headers: [["x-t-why", "1"]], details: "denied" }]];
    const { response } = await run(host, { requestHeaders: [ask(then), ["pause"]] });
    expect([response.status, response.text(), response.header("x-t-why")]).toEqual([403, "no", "1"]);
    expect(host.upstream("stable").requests).toEqual([]);
  });

  it("pauses a response until the answer resumes it", async () => {
    const then: Step[] = [["set", "responseHeaders", "x-t-checked", "1"], ["resumeResponse"]];
    const { response } = await run(host, { responseHeaders: [ask(then), ["pause"]] });
    expect([response.status, response.header("x-t-checked"), response.text()]).toEqual([200, "1", "stable"]);
  });

  it("reads the answer's trailers", async () => {
    host.upstream("authority").reply({ body: Buffer.from("x"), trailers: [["x-t-sum", "7"]] });
    const then: Step[] = [["answerTrailer", "x-t-sum"], ["answerTrailer", "x-t-none"], ["resumeRequest"]];
    const played = await run(host, { requestHeaders: [ask(then), ["pause"]] });
    expect(played.reports).toEqual(["Ok", "=7", "absent"]);
  });

  for (const status of [204, 404, 503]) {
    it(`hands over an answer with status ${status}`, async () => {
      host.upstream("authority").reply({ status, body: status === 204 ? "" : "why" });
      const then: Step[] = [["answer"], ["answerBody"], ["resumeRequest"]];
      const played = await run(host, { requestHeaders: [ask(then), ["pause"]] });
      expect(played.reports).toEqual(["Ok", `status ${status}`, status === 204 ? "0=" : "3=why"]);
      expect(played.response.status).toBe(200);
    });
  }

  it("answers 503 when the connection breaks", async () => {
    host.upstream("authority").reply(() => Promise.reject(new Error("broken")));
    const played = await run(host, { requestHeaders: [ask([["answer"], ["resumeRequest"]]), ["pause"]] });
    expect(played.reports).toEqual(["Ok", "status 503"]);
  });

  it("answers 504 when no answer comes in time", async () => {
    const asked = gate<void>();
    host.upstream("authority").reply(() => {
      asked.open();
      return new Promise(() => {});
    });
    const pending = run(host, {
      requestHeaders: [ask([["answer"], ["answerBody"], ["resumeRequest"]], 100), ["pause"]],
    });
    await asked.promise;
    await host.clock.advance("100ms");
    const played = await pending;
    expect(played.reports).toEqual(["Ok", "status 504", "24=upstream request timeout"]);
    expect(played.response.status).toBe(200);
  });

  for (const [what, cluster, headers] of [
    ["an unknown cluster", "nowhere", fields()],
    ["no cluster", "", fields()],
    ["no headers", "authority", []],
    ["no method", "authority", fields().slice(1)],
    ["a header that would split the message", "authority", [...fields(), ["x-t", "a\r\nb"]]],
  ] as const) {
    it(`refuses ${what}, and nothing hangs`, async () => {
      const call: Step = ["call", cluster, headers, "", 1000, [["answer"]]];
      const played = await run(host, { requestHeaders: [call] });
      expect(played.reports).toEqual(["BadArgument"]);
      expect(played.response.status).toBe(200);
      expect(host.upstream("authority").requests).toEqual([]);
    });
  }

  it("that outlives its stream is never answered", async () => {
    const asked = gate<void>();
    const answer = gate<Partial<HttpResponse>>();
    host.upstream("authority").reply(() => {
      asked.open();
      return answer.promise;
    });
    const late = ask([["answer"], ["resumeRequest"]]);
    const played = await run(host, { requestHeaders: [late, ["reply", 401]] });
    expect(played.response.status).toBe(401);
    await asked.promise;
    answer.open({ status: 200 });
    // A second call and its answer come after the one that must stay away.
    host.upstream("authority").reply({});
    const next = await run(host, { requestHeaders: [ask([["resumeRequest"]]), ["pause"]] });
    expect(next.response.status).toBe(200);
    expect(reports(host).filter((line) => line.startsWith("status"))).toEqual([]);
  });

  it("of several streams, answered out of order, reach their own", async () => {
    const gates = new Map(["/0", "/1", "/2", "/3"].map((path) => [path, gate<Partial<HttpResponse>>()]));
    const asked = gate<void>();
    let waiting = 0;
    host.upstream("authority").reply(({ path }) => {
      if (++waiting === gates.size) asked.open();
      return gates.get(path)?.promise ?? {};
    });
    const pending = [...gates.keys()].map((path) => {
      const then: Step[] = [["setFromAnswer", "x-t-answer"], ["resumeRequest"]];
      const script = { requestHeaders: [ask(then, 0, path), ["pause"]] as Step[] };
      return host.fetch(`/stream${path}`, { headers: carrying(script) });
    });
    await asked.promise;
    for (const path of ["/2", "/0", "/3", "/1"])
      gates.get(path)?.open({ status: 200, body: Buffer.from(`for ${path}`) });
    const responses = await Promise.all(pending);
    expect(
      responses.map(({ upstream }) => [upstream?.request.path, upstream?.request.header("x-t-answer")]),
    ).toEqual([...gates.keys()].map((path) => [`/stream${path}`, `for ${path}`]));
  });

  it("goes on from an answer to the next call", async () => {
    const second = ask([["answer"], ["resumeRequest"]], 5000, "/second");
    const played = await run(host, {
      requestHeaders: [ask([["answer"], second], 5000, "/first"), ["pause"]],
    });
    expect(played.reports).toEqual(["Ok", "status 200", "Ok", "status 200"]);
    expect(host.upstream("authority").requests.map(({ path }) => path)).toEqual(["/first", "/second"]);
  });
});
