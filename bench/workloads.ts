/** The four things every variant is asked to do, and what a variant that does them answers. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { Ask } from "./envoy/ask.ts";

/** Names of the workloads. */
export const WORKLOADS = ["w1", "w2", "w3", "w4"] as const;
/** Name of a workload. */
export type WorkloadName = (typeof WORKLOADS)[number];

/** Header fields of one request, without `host`. */
export type Fields = Readonly<Record<string, string>>;

/** One workload. */
export interface Workload {
  readonly name: WorkloadName;
  readonly title: string;
  /** Plugin configuration under load; every variant reads its parameters from this text. */
  readonly loadConfig: string;
  /** Plugin configuration in the functional check, where limits must be within reach. */
  readonly checkConfig: string;
  /** The requests of the load generator, sent in turn; all of them must be answered with 200. */
  readonly requests: readonly Fields[];
  /** Throws unless the filter behind `ask`, configured with `checkConfig`, does what it should. */
  check(ask: Ask): Promise<void>;
}

const COMMON: Fields = {
  accept: "application/json",
  "accept-encoding": "gzip, deflate, br",
  "user-agent": "sidecraft-bench/1.0",
};

/** A configuration for modules that need none: one of the published SDKs traps on an empty one. */
const UNUSED = "none";

const numbers = Array.from({ length: 1000 }, (_, index) => String(index).padStart(4, "0"));
/** 1,000 keys of 37 characters; neighbours differ in the middle, not in their first bytes only. */
const KEYS = numbers.map((number) => `key-5f0c93d1a7e24b68-${number}-9b21de40c3`);
const TENANTS = numbers.map((number) => `tenant-${number}`);

const headerRewrite: Workload = {
  name: "w1",
  title: "header rewrite",
  loadConfig: UNUSED,
  checkConfig: UNUSED,
  requests: [{ ...COMMON, "x-user": "alice@example.com", "x-secret": "s3cr3t" }],
  async check(ask) {
    const answer = await ask({ "x-user": "bob", "x-secret": "s3cr3t" });
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.seen, { "x-out": "u:bob" }, "x-out is set, x-secret removed");
    assert.deepEqual(answer.headers["x-filter"], ["1"], "x-filter is added");
    const long = "u".repeat(3000);
    assert.deepEqual((await ask({ "x-user": long })).seen, { "x-out": `u:${long}` }, "a long x-user");
  },
};

const apiKey: Workload = {
  name: "w2",
  title: "API key among 1,000",
  loadConfig: KEYS.join("\n"),
  checkConfig: KEYS.join("\n"),
  requests: KEYS.map((key) => ({ ...COMMON, "x-api-key": key })),
  async check(ask) {
    const statusOf = async (fields: Fields): Promise<number> => (await ask(fields)).status;
    for (const key of [KEYS[0], KEYS[500], KEYS[999]])
      assert.equal(await statusOf({ "x-api-key": key! }), 200);
    for (const key of ["key-unknown", `${KEYS[0]}x`, KEYS[0]!.slice(0, -1)]) {
      assert.equal(await statusOf({ "x-api-key": key }), 401, `key ${key}`);
    }
    assert.equal(await statusOf({}), 401, "no key");
  },
};

const tokenBucket: Workload = {
  name: "w3",
  title: "token bucket for each of 1,000 tenants",
  // Tokens in a full bucket, tokens per second.
  loadConfig: "1000000000 1000000",
  checkConfig: "5 2",
  requests: TENANTS.map((tenant) => ({ ...COMMON, "x-tenant": tenant })),
  async check(ask) {
    const statuses = async (tenant: string, count: number): Promise<number[]> => {
      const all: number[] = [];
      for (let i = 0; i < count; i++) all.push((await ask({ "x-tenant": tenant })).status);
      return all;
    };
    for (const tenant of [TENANTS[0]!, TENANTS[999]!]) {
      const started = performance.now();
      const seen = await statuses(tenant, 6);
      // A machine that stalls earns the tenant another token.
      const expected = performance.now() - started < 400 ? 429 : seen[5];
      assert.deepEqual(seen, [200, 200, 200, 200, 200, expected], `a burst of ${tenant}`);
    }
    await sleep(1_300);
    assert.deepEqual(await statuses(TENANTS[0]!, 2), [200, 200], "two tokens after a second");
  },
};

const passThrough: Workload = {
  name: "w4",
  title: "pass-through",
  loadConfig: UNUSED,
  checkConfig: UNUSED,
  requests: [COMMON],
  async check(ask) {
    const answer = await ask({ "x-secret": "kept" });
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.seen, { "x-secret": "kept" }, "nothing is changed");
    assert.equal(answer.headers["x-filter"], undefined);
  },
};

const ALL: Readonly<Record<WorkloadName, Workload>> = {
  w1: headerRewrite,
  w2: apiKey,
  w3: tokenBucket,
  w4: passThrough,
};

/** The workload called `name`. */
export function workload(name: WorkloadName): Workload {
  return ALL[name];
}

/** The tenants that requests of w3 name. */
export const tenants: readonly string[] = TENANTS;
