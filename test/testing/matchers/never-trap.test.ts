import { describe, expect, it as test } from "vitest";
import { describeHosts, mutation } from "../../../harness/src/testing/index.ts";
import type { HeaderList } from "../../../harness/src/model/index.ts";
import { failure } from "../failure.ts";

const FROM = [{ path: "/orders?page=2", headers: { "x-t-trap": "nothing", cookie: "a=b; c=d" } }];

describe("Mutations", () => {
  test("are the same for the same seed, each by its number alone", () => {
    const some = Array.from({ length: 50 }, (_, index) => mutation({ from: FROM, seed: 7 }, index));
    expect(mutation({ from: FROM, seed: 7 }, 31)).toEqual(some[31]);
    expect(new Set(some.map((request) => JSON.stringify(request))).size).toBeGreaterThan(45);
    expect(mutation({ from: FROM, seed: 8 }, 31)).not.toEqual(some[31]);
  });

  test("change path, method, headers and body, and put words in", () => {
    const from = [{ ...FROM[0]!, method: "POST", body: '{"a":1}' }];
    const all = Array.from({ length: 500 }, (_, index) =>
      mutation({ from, seed: 7, words: ["MAGIC"] }, index),
    );
    expect(all.some(({ path }) => path !== from[0]?.path)).toBe(true);
    expect(all.some(({ method }) => method !== "POST")).toBe(true);
    expect(all.some(({ body }) => Buffer.from(body ?? "").toString() !== '{"a":1}')).toBe(true);
    expect(JSON.stringify(all)).toContain("MAGIC");
    for (const { path, headers = [] } of all)
      expect([path, ...(headers as HeaderList)].flat().join("")).not.toMatch(/[\0-\x08\n-\x1f\x7f]/);
  });

  test("need something to begin at", () => {
    expect(() => mutation({ from: [], seed: 1 }, 0)).toThrow(/at least one request/);
  });
});

describeHosts(
  "toNeverTrap",
  { filters: [{ filter: "header-rewrite", config: { request: [{ remove: { name: "x-none" } }] } }] },
  ({ it, host }) => {
    it("holds for a filter that withstands", async () => {
      await expect(host).toNeverTrap({ from: FROM, requests: 100, seed: 3 });
      expect(host.upstream("stable").requests.length).toBeGreaterThan(30);
    });
  },
);

describeHosts(
  "toNeverTrap",
  { filters: [{ filter: "test/sdk/assembly/trap.ts", name: "trap" }], mayTrap: true },
  ({ it, host }) => {
    it("shows the trap, the request and how to see it again", async () => {
      const from = [{ path: "/", headers: { "x-t-trap": "unreachable" } }];
      const message = await failure(() => expect(host).toNeverTrap({ from, requests: 200, seed: 5 }));
      const [, number = "", ...rest] =
        /^a mutated request made a filter trap: number (\d+) of 200, seed 5\n([^]*)/.exec(message) ?? [];
      expect(rest[0]).toMatch(/^traps:\n {2}trap proxy_on_request_headers: .*unreachable/);
      expect(rest[0]).toMatch(/\nthe request: host\.fetch\("\/.*x-t-trap", "unreachable"/);
      expect(message).toMatch(
        new RegExp(`\\nto see it again: toNeverTrap\\(\\{ \\.\\.\\., seed: 5, only: ${number} \\}\\)$`),
      );
    });
  },
);
