import { expect } from "vitest";
import { API_KEYS, demoIssuer } from "../../harness/src/demo/credentials.ts";
import { demoConfig, DEMO_ROUTES } from "../../harness/src/demo/chain.ts";
import { describeHosts, type HeadersInit } from "../../harness/src/testing/index.ts";

/** A way through a filter, and what it may cost: each call that returns bytes costs as much as hundreds of instructions. */
interface Way {
  readonly what: string;
  readonly headers?: HeadersInit;
  readonly path?: string;
  readonly status?: number;
  readonly hostCalls: number;
}

const tokenOf = (subject: string): HeadersInit => ({
  authorization: `Bearer ${demoIssuer().issue(subject, 3600)}`,
});
const limit = (requests: number): object => ({
  limits: [{ name: "per-user", key: [{ header: "x-user" }], rate: { requests, per: "1h" } }],
  headers: "both",
});
const USER = { "x-user": "alice" };

const SUITES: readonly {
  readonly filter: string;
  readonly config: unknown;
  readonly ways: readonly Way[];
}[] = [
  {
    filter: "auth",
    config: demoConfig("auth"),
    ways: [
      { what: "an API key", headers: { "x-api-key": API_KEYS.acme }, hostCalls: 8 },
      { what: "a token", headers: tokenOf("alice"), hostCalls: 9 },
      { what: "no credentials where none are needed", path: "/health", hostCalls: 2 },
      { what: "no credentials", status: 401, hostCalls: 3 },
    ],
  },
  {
    filter: "canary",
    config: demoConfig("canary"),
    ways: [
      { what: "a user with a session", headers: { cookie: "session=3b1f" }, hostCalls: 13 },
      { what: "nobody known", hostCalls: 10 },
    ],
  },
  {
    filter: "header-rewrite",
    config: demoConfig("header-rewrite"),
    ways: [
      { what: "nothing to remove", hostCalls: 9 },
      { what: "two forged headers", headers: { "x-user-id": "root", "x-internal-a": "1" }, hostCalls: 11 },
    ],
  },
  {
    filter: "rate-limit",
    config: limit(100),
    ways: [{ what: "a request within the limit", headers: USER, hostCalls: 11 }],
  },
  {
    filter: "rate-limit",
    config: limit(1),
    ways: [{ what: "a request above the limit", headers: USER, status: 429, hostCalls: 5 }],
  },
];

for (const { filter, config, ways } of SUITES) {
  const options = { filters: [{ filter, config }], routes: DEMO_ROUTES };
  describeHosts(`${filter}: budget of host calls`, options, ({ it, host }) => {
    it.each(ways)(
      "$what: $hostCalls",
      async ({ headers = [], path = "/orders", status = 200, hostCalls }) => {
        // What is done once per worker is not what is counted.
        await host.fetch(path, { headers });
        const recording = await host.record(() => host.fetch(path, { headers }));
        expect(recording.result).toHaveStatus(status);
        expect(recording).toMakeAtMost(hostCalls, "hostCalls");
      },
    );
  });
}
