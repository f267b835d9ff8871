import { expect } from "vitest";
import { describeHosts, type FetchResult, type TestHost } from "../../harness/src/testing/index.ts";
import { ANSWERING_NEIGHBOUR, NEIGHBOUR } from "./neighbour.ts";

/** Sets `auth.identity` to what the request header `x-test-identity` says, as the auth filter would. */
const identifying = { ...NEIGHBOUR, name: "identifying" };

function limitsBy(header: string, rates: Readonly<Record<string, readonly [requests: number, per: string]>>) {
  const key = [{ header, missing: "skip_limit" }];
  return Object.entries(rates).map(([name, [requests, per]]) => ({ name, key, rate: { requests, per } }));
}

function valuesOf(response: FetchResult, name: string): string[] {
  return response.headers.filter(([key]) => key === name).map(([, value]) => value);
}

async function statuses(host: TestHost, count: number, headers: Record<string, string>): Promise<number[]> {
  const seen: number[] = [];
  for (let i = 0; i < count; i++) seen.push((await host.fetch("/", { headers })).status);
  return seen;
}

const PER_IDENTITY = {
  limits: [{ name: "per-identity", key: [{ property: "auth.identity" }], rate: { requests: 2, per: "2s" } }],
  headers: "both",
};

describeHosts(
  "rate-limit: one limit per identity",
  { filters: [identifying, { filter: "rate-limit", config: PER_IDENTITY }, ANSWERING_NEIGHBOUR] },
  ({ it, host }) => {
    const as = (identity: string) => ({ headers: { "x-test-identity": identity } });

    it("lets a burst pass, then answers 429, then lets pass what has become free", async () => {
      expect(await statuses(host, 4, as("key/alice").headers)).toEqual([200, 200, 429, 429]);
      await host.clock.advance("1.1s");
      expect(await statuses(host, 2, as("key/alice").headers)).toEqual([200, 429]);
    });

    it("tells those who pass where they stand", async () => {
      const first = await host.fetch("/", as("key/told"));
      expect(first.upstream?.name).toBe("stable");
      expect(valuesOf(first, "ratelimit-policy")).toEqual(['"per-identity";q=2;w=2']);
      expect(valuesOf(first, "ratelimit")).toEqual(['"per-identity";r=1;t=1']);
      expect(valuesOf(first, "x-ratelimit-limit")).toEqual(["2"]);
      expect(valuesOf(first, "x-ratelimit-remaining")).toEqual(["1"]);
      expect(valuesOf(first, "x-ratelimit-reset")).toEqual(["1"]);
      expect(first.header("retry-after")).toBeNull();
      expect(first.header("x-envoy-ratelimited")).toBeNull();
      const second = await host.fetch("/", as("key/told"));
      expect(valuesOf(second, "ratelimit")).toEqual(['"per-identity";r=0;t=2']);
    });

    it("answers 429 with all a client needs, each header once", async () => {
      await statuses(host, 2, as("key/over").headers);
      const over = await host.fetch("/", as("key/over"));
      expect(over.status).toBe(429);
      expect(over.upstream).toBeNull();
      expect(over.text()).toBe("rate limit exceeded: per-identity\n");
      expect(valuesOf(over, "retry-after")).toEqual(["1"]);
      expect(valuesOf(over, "x-envoy-ratelimited")).toEqual(["true"]);
      expect(valuesOf(over, "ratelimit-policy")).toEqual(['"per-identity";q=2;w=2']);
      expect(valuesOf(over, "ratelimit")).toEqual(['"per-identity";r=0;t=2']);
      expect(valuesOf(over, "x-ratelimit-limit")).toEqual(["2"]);
      expect(valuesOf(over, "x-ratelimit-remaining")).toEqual(["0"]);
      expect(valuesOf(over, "x-ratelimit-reset")).toEqual(["2"]);
    });

    it("counts each identity on its own", async () => {
      for (const identity of ["key/bob", "key/bo", "bob/key", "key/bob "]) {
        expect(await statuses(host, 2, as(`${identity}!`).headers), identity).toEqual([200, 200]);
      }
      expect(await statuses(host, 1, as("key/bob!").headers)).toEqual([429]);
    });

    it("does not apply to requests without identity, and says nothing then", async () => {
      expect(await statuses(host, 6, {})).toEqual(Array(6).fill(200));
      const anonymous = await host.fetch("/health");
      expect(anonymous.headers.filter(([name]) => name.includes("ratelimit"))).toEqual([]);
    });

    it("believes nothing that a client says about itself", async () => {
      await statuses(host, 2, as("key/carol").headers);
      const claims = {
        "auth.identity": "key/other",
        "wasm.auth.identity": "key/other",
        "x-ratelimit-remaining": "99",
        ratelimit: '"per-identity";r=99;t=0',
        "x-forwarded-for": "203.0.113.9",
      };
      const response = await host.fetch("/", { headers: { ...claims, "x-test-identity": "key/carol" } });
      expect(response.status).toBe(429);
      expect(valuesOf(response, "x-ratelimit-remaining")).toEqual(["0"]);
    });

    it("counts and marks requests that a later filter answers", async () => {
      const response = await host.fetch("/", { headers: { "x-test-identity": "key/dave", "x-answer": "1" } });
      expect(response.status).toBe(418);
      expect(valuesOf(response, "ratelimit")).toEqual(['"per-identity";r=1;t=1']);
    });

    it("leaves what the upstream says about its own limits", async () => {
      const theirs = {
        ratelimit: '"app";r=0;t=9',
        "x-ratelimit-limit": "7",
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": "9",
      };
      host.upstream("stable").reply({ headers: theirs });
      const response = await host.fetch("/", as("key/erin"));
      expect(response.header("ratelimit")).toBe('"app";r=0;t=9, "per-identity";r=1;t=1');
      expect(valuesOf(response, "x-ratelimit-limit")).toEqual(["7"]);
      expect(valuesOf(response, "x-ratelimit-remaining")).toEqual(["0"]);
      host.upstream("stable").reply({ headers: { ...theirs, "x-ratelimit-remaining": "5" } });
      const again = await host.fetch("/", as("key/erin"));
      expect(valuesOf(again, "x-ratelimit-limit")).toEqual(["2"]);
      expect(valuesOf(again, "x-ratelimit-remaining")).toEqual(["0"]);
      host.upstream("stable").reply({ headers: { "x-ratelimit-remaining": "-1" } });
      expect(valuesOf(await host.fetch("/", as("key/frank")), "x-ratelimit-remaining")).toEqual(["1"]);
    });

    it("answers gRPC with a status gRPC clients understand", async () => {
      const headers = { "x-test-identity": "key/grpc", "content-type": "application/grpc" };
      await statuses(host, 2, headers);
      const over = await host.fetch("/pkg.Service/Call", { method: "POST", headers });
      expect(over.status).toBe(200);
      expect(over.header("grpc-status")).toBe("14");
      expect(valuesOf(over, "x-envoy-ratelimited")).toEqual(["true"]);
    });

    it("takes any bytes as an identity", async () => {
      const long = "x".repeat(8000);
      for (const identity of ["\xff\xfe", "é/ü", '";r=99', long, `${long}y`]) {
        expect(await statuses(host, 3, as(identity).headers), identity.slice(0, 10)).toEqual([200, 200, 429]);
      }
    });

    it("counts what it did", async () => {
      const metrics = ["allowed", "limited", "shadow_limited", "overflow", "contention", "uncounted"];
      const read = () => Promise.all(metrics.map((name) => host.metric(`sidecraft_rate_limit_${name}`)));
      const before = await read();
      await statuses(host, 5, as("key/counted").headers);
      await statuses(host, 1, {});
      expect((await read()).map((value, i) => value - (before[i] ?? 0))).toEqual([2, 3, 0, 0, 0, 0]);
    });
  },
);

describeHosts(
  "rate-limit: several limits",
  {
    filters: [
      {
        filter: "rate-limit",
        config: {
          limits: [
            ...limitsBy("x-user", { "user-hour": [4, "1h"], "user-burst": [2, "2s"] }),
            ...limitsBy("x-watched", { watched: [1, "1h"] }).map((limit) => ({ ...limit, mode: "shadow" })),
          ],
          headers: "both",
        },
      },
    ],
  },
  ({ it, host }) => {
    it("charges a request to all limits or to none", async () => {
      const headers = { "x-user": "alice" };
      expect(await statuses(host, 5, headers)).toEqual([200, 200, 429, 429, 429]);
      await host.clock.advance("1.1s");
      const third = await host.fetch("/", { headers });
      expect(third.status).toBe(200);
      expect(third.header("ratelimit-policy")).toBe('"user-hour";q=4;w=3600, "user-burst";q=2;w=2');
      // Three refused ones have not been charged to the hour.
      expect(third.header("ratelimit")).toMatch(/^"user-hour";r=1;t=\d+, "user-burst";r=0;t=2$/);
    });

    it("names the limit that stops, and shows the others unchanged", async () => {
      const headers = { "x-user": "bob" };
      await statuses(host, 2, headers);
      const over = await host.fetch("/", { headers });
      expect(over.text()).toBe("rate limit exceeded: user-burst\n");
      expect(over.header("ratelimit")).toBe('"user-hour";r=2;t=1800, "user-burst";r=0;t=2');
      expect(valuesOf(over, "x-ratelimit-limit")).toEqual(["2"]);
      expect(valuesOf(over, "retry-after")).toEqual(["1"]);
    });

    it("lets pass what only a shadow limit would stop, counts it, and does not show it", async () => {
      const before = await host.metric("sidecraft_rate_limit_shadow_limited");
      expect(await statuses(host, 3, { "x-watched": "w" })).toEqual([200, 200, 200]);
      expect((await host.metric("sidecraft_rate_limit_shadow_limited")) - before).toBe(2);
      const response = await host.fetch("/", { headers: { "x-watched": "w" } });
      expect(response.header("ratelimit")).toBeNull();
    });

    it("stops in spite of a shadow limit that applies as well", async () => {
      expect(await statuses(host, 3, { "x-watched": "v", "x-user": "carol" })).toEqual([200, 200, 429]);
    });
  },
);

const parts = (name: string, key: readonly object[]) => ({ name, key, rate: { requests: 1, per: "1h" } });

describeHosts(
  "rate-limit: keys",
  {
    filters: [
      {
        filter: "rate-limit",
        config: {
          limits: [
            parts("pair", [{ header: "x-a", missing: "skip_limit" }, { header: "x-b" }]),
            parts("strict", [
              { header: "x-suite", missing: "skip_limit" },
              { header: "x-must", missing: "deny" },
            ]),
            parts("address", [{ header: "x-by-address", missing: "skip_limit" }, { source_address: true }]),
            parts("host", [{ header: "x-by-host", missing: "skip_limit" }, { header: "host" }]),
          ],
          headers: "ietf",
        },
      },
    ],
  },
  ({ it, host }) => {
    const send = async (...headers: [string, string][]) => (await host.fetch("/", { headers })).status;

    it("does not take one part for another, nor one value for two", async () => {
      expect(await send(["x-a", "1"], ["x-b", "23"])).toBe(200);
      expect(await send(["x-a", "12"], ["x-b", "3"])).toBe(200);
      expect(await send(["x-a", "1;2:23"], ["x-b", "3"])).toBe(200);
      expect(await send(["x-a", "u"], ["x-a", "v"])).toBe(200);
      expect(await send(["x-a", "u, v"])).toBe(200);
      expect(await send(["x-a", "v"], ["x-a", "u"])).toBe(200);
      expect(await send(["x-a", "u"], ["x-a", "v"])).toBe(429);
      expect(await send(["x-a", "1"], ["x-b", "23"])).toBe(429);
    });

    it("counts requests without a header together, so that leaving it out is no way around", async () => {
      expect(await send(["x-a", "q"])).toBe(200);
      expect(await send(["x-a", "q"])).toBe(429);
      expect(await send(["x-a", "q"], ["x-b", ""])).toBe(429);
      expect(await send(["x-a", "q"], ["x-b", "0;"])).toBe(200);
    });

    it("refuses a request without what must be there, for which waiting does not help", async () => {
      const response = await host.fetch("/", { headers: { "x-suite": "1" } });
      expect(response.status).toBe(429);
      expect(response.header("retry-after")).toBeNull();
      expect(valuesOf(response, "x-envoy-ratelimited")).toEqual(["true"]);
      expect(response.text()).toBe("rate limit exceeded: strict\n");
      expect(await send(["x-suite", "1"], ["x-must", ""])).toBe(429);
      expect(await send(["x-suite", "1"], ["x-must", "m"])).toBe(200);
    });

    it("knows a client by its address on every connection", async () => {
      expect(await send(["x-by-address", "1"])).toBe(200);
      expect(await send(["x-by-address", "1"])).toBe(429);
      expect(await send(["x-by-address", "1"], ["x-forwarded-for", "203.0.113.9"])).toBe(429);
    });

    it("finds the authority as host", async () => {
      const at = async (authority: string) =>
        (await host.fetch("/", { authority, headers: { "x-by-host": "1" } })).status;
      expect([await at("a.test"), await at("b.test"), await at("a.test")]).toEqual([200, 200, 429]);
    });
  },
);

const HOURLY = { limits: limitsBy("x-user", { hourly: [3, "1h"] }), headers: "none" };

describeHosts(
  "rate-limit: a new configuration",
  { filters: [{ filter: "rate-limit", config: HOURLY }] },
  ({ it, host }) => {
    it("goes on with what was counted; a refused one changes nothing", async () => {
      const headers = { "x-user": "alice" };
      expect(await statuses(host, 4, headers)).toEqual([200, 200, 200, 429]);
      expect((await host.updateFilter("rate-limit", { ...HOURLY, headers: "ietf" })).accepted).toBe(true);
      const after = await host.fetch("/", { headers });
      expect(after.status).toBe(429);
      expect(after.header("ratelimit")).toMatch(/^"hourly";r=0;t=\d+$/);
      expect((await host.updateFilter("rate-limit", { limits: [] })).accepted).toBe(false);
      expect(await statuses(host, 1, headers)).toEqual([429]);
      expect(await statuses(host, 4, { "x-user": "bob" })).toEqual([200, 200, 200, 429]);
      const twice = { limits: limitsBy("x-user", { hourly: [6, "1h"] }) };
      expect((await host.updateFilter("rate-limit", twice)).accepted).toBe(true);
      expect(await statuses(host, 7, headers)).toEqual([...Array(6).fill(200), 429]);
      expect((await host.updateFilter("rate-limit", HOURLY)).accepted).toBe(true);
      expect(await statuses(host, 1, headers)).toEqual([429]);
    });
  },
);

for (const scope of ["process", "worker"]) {
  const limit = (requests: number, per: string, more: object = {}) => ({
    limits: [{ name: "api", key: [{ constant: "x" }], rate: { requests, per }, scope, ...more }],
  });
  const two = (first: object, second: object) => ({
    filters: [
      { filter: "rate-limit", name: "first", config: first },
      { filter: "rate-limit", name: "second", config: second },
    ],
  });
  const CASES = [
    ["rates", limit(3, "1h"), limit(1000, "1s"), [200, 200, 200, 429, 429]],
    ["bursts", limit(1, "1h", { burst: 4 }), limit(1, "1h", { burst: 1000 }), [200, 200, 200, 200, 429]],
    ["periods", limit(1000, "1ms"), limit(3, "1h"), [200, 200, 200, 429, 429]],
    ["sizes", limit(3, "1h", { max_keys: 8 }), limit(3, "1h", { max_keys: 80 }), [200, 200, 200, 429, 429]],
  ] as const;
  for (const [what, first, second, expected] of CASES) {
    describeHosts(
      `rate-limit: two filters whose limits of one name have different ${what}, scope ${scope}`,
      two(first, second),
      ({ it, host }) => {
        it("count apart", async () => {
          expect(await statuses(host, 5, {})).toEqual(expected);
        });
      },
    );
  }

  describeHosts(
    `rate-limit: two filters with one limit, scope ${scope}`,
    two(limit(4, "1h"), limit(4, "1h")),
    ({ it, host }) => {
      it("count together", async () => {
        expect(await statuses(host, 4, {})).toEqual([200, 200, 429, 429]);
      });
    },
  );
}

describeHosts(
  "rate-limit: two workers",
  {
    filters: [{ filter: "rate-limit", config: { limits: limitsBy("x-user", { shared: [500, "1h"] }) } }],
    workers: 2,
  },
  ({ it, host }) => {
    it("share one bucket exactly", async () => {
      for (const user of ["alice", "bob"]) {
        let passed = 0;
        for (let wave = 0; wave < 7; wave++) {
          const sent = Array.from({ length: 100 }, () => host.fetch("/", { headers: { "x-user": user } }));
          passed += (await Promise.all(sent)).filter(({ status }) => status === 200).length;
        }
        expect(passed).toBe(500);
      }
      expect(await host.metric("sidecraft_rate_limit_uncounted")).toBe(0);
    });
  },
);
