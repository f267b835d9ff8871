/**
 * One job that modules of all languages do, so that a host is seen to run them alike:
 *
 * - a request without `x-user` gets 401 with `x-refused: job` and a text;
 * - others go on with `x-greeting` (the configuration, a comma, the user) and without `x-secret`;
 * - with `x-ask` the user is first sent to the cluster `answers`, and its status and body become `x-answer`;
 * - with `x-shout` the whole body becomes upper case;
 * - responses get `x-job: done`, and in `x-count` their number over all workers, from shared data;
 * - a tick every 100 ms counts the metric `job_ticks`;
 * - the end of each request is logged with its status.
 */
import { expect } from "vitest";
import type { SuiteContext, SuiteOptions } from "../../harness/src/testing/index.ts";

/** Parts of the job that an SDK may have no means for. */
export type Part = "configuration" | "body" | "shared data";

/** A host whose filter is the module at `wasmPath`. */
export function suiteOf(wasmPath: string): SuiteOptions {
  return {
    // The AssemblyScript SDKs look their plugin up by its root id.
    filters: [{ filter: wasmPath, name: "job", config: "hello", rootId: "job" }],
    routes: [
      { match: { prefix: "/ask" }, cluster: "answers" },
      { match: { prefix: "/" }, cluster: "stable" },
    ],
    workers: 2,
  };
}

/** The tests of the job, without the parts that the module `lacks`. */
export function tests({ it, host }: SuiteContext, lacks: readonly Part[] = []): void {
  const USER = { "x-user": "ann" };

  it("answers for the upstream", async () => {
    const response = await host.fetch("/");
    expect([response.status, response.text(), response.upstream]).toEqual([401, "who are you?", null]);
    expect(response.header("x-refused")).toBe("job");
  });

  it("reads, sets and removes headers", async () => {
    const { status, upstream, ...response } = await host.fetch("/", {
      headers: { ...USER, "x-secret": "1" },
    });
    expect(status).toBe(200);
    expect(upstream?.request.header("x-greeting")).toBe("hello, ann");
    expect(upstream?.request.header("x-secret")).toBeNull();
    expect(response.header("x-job")).toBe("done");
  });

  it("waits for the answer of another cluster", async () => {
    host.upstream("answers").reply({ status: 203, body: "indeed" });
    const { upstream } = await host.fetch("/", { headers: { ...USER, "x-ask": "1" } });
    expect(upstream?.request.header("x-answer")).toBe("203 indeed");
    const [asked] = host.upstream("answers").requests;
    expect([asked?.method, asked?.path, new TextDecoder().decode(asked?.body)]).toEqual([
      "POST",
      "/ask",
      "ann",
    ]);
  });

  if (!lacks.includes("body"))
    it("replaces a body, which grows and comes in pieces", async () => {
      const headers = { ...USER, "x-shout": "1" };
      const { upstream } = await host.fetch("/", { method: "POST", headers, body: "hello" });
      expect(new TextDecoder().decode(upstream?.request.body)).toBe("HELLO");
      const body = "abc".repeat(50_000);
      const large = await host.fetch("/", { method: "POST", headers, body });
      expect(new TextDecoder().decode(large.upstream?.request.body)).toBe(body.toUpperCase());
    });

  if (!lacks.includes("shared data"))
    it("shares a count between all workers", async () => {
      const counts: number[] = [];
      for (let left = 6; left > 0; left--) {
        const response = await host.fetch("/", { headers: USER });
        counts.push(Number(response.header("x-count")));
      }
      const [first = 0] = counts;
      expect(first).toBeGreaterThan(0);
      expect(counts).toEqual([0, 1, 2, 3, 4, 5].map((more) => first + more));
    });

  it("ticks, and counts that", async () => {
    const before = await host.metric("job_ticks");
    await host.clock.advance("350ms");
    await expect.poll(() => host.metric("job_ticks"), { timeout: 10_000 }).toBeGreaterThan(before + 3);
  });

  it("logs the end of a request", async () => {
    await host.fetch("/", { headers: USER });
    await expect
      // The SDKs write their own names of levels in front.
      .poll(() => host.logs.filter(({ message }) => message.endsWith("job saw 200")), { timeout: 10_000 })
      .toHaveLength(1);
  });
}
