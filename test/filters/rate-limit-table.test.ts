// What only the emulator can do: choose workers, set the clock back, and see what is stored with the host.

import { expect, it } from "vitest";
import { targetUnderTest } from "../../harness/src/testing/coverage.ts";
import { startEmulator } from "../../harness/src/testing/start-emulator.ts";
import { wasmFile } from "../../harness/src/wasm/build.ts";

const WASM = wasmFile("rate-limit", targetUnderTest);
const OK = { status: 200, headers: [], body: new Uint8Array() };

async function start(limit: object, workers = 1) {
  const config = { limits: [{ name: "l", key: [{ header: "x-user" }], ...limit }] };
  const emulator = await startEmulator({
    topology: {
      filters: [{ name: "rate-limit", wasmPath: WASM, config }],
      routes: [{ match: { prefix: "/" }, cluster: "up" }],
      workers,
    },
    clusters: () => () => OK,
  });
  const send = async (user: string, worker = 0) => {
    const headers = [["x-user", user]] as const;
    const request = { method: "GET", path: "/", authority: "a.test", headers, body: new Uint8Array() };
    return (await emulator.fetch(request, { worker })).status;
  };
  return { emulator, send };
}

it("keeps 20,000 keys in no more than it was given, and forgives none of them", async () => {
  const { emulator, send } = await start({ rate: { requests: 1, per: "1h" }, max_keys: 1000 });
  let created = 0;
  let largest = 0;
  emulator.callTrace = ({ function: name, args, status }) => {
    if (name !== "proxy_set_shared_data" || status !== 0) return;
    const [size = 0, cas = 0] = args.slice(3).map(Number);
    // Stored only where there was nothing before.
    if (cas >>> 0 === 0xffff_ffff) created++;
    largest = Math.max(largest, size);
  };
  let passed = 0;
  for (let user = 0; user < 20_000; user++) if ((await send(`user-${user}`)) === 200) passed++;
  // 125 buckets of 8 ways, and one overflow each.
  expect(created).toBe(125);
  expect(largest).toBe(12 + 8 * 20);
  expect(passed).toBe(1125);
  for (let user = 0; user < 50; user++) expect(await send(`user-${user}`)).toBe(429);
  expect(emulator.stats().get("wasmcustom.sidecraft_rate_limit_overflow")).toBeGreaterThan(18_000);
  expect(emulator.traps).toEqual([]);
});

it.each(["process", "worker"])("counts in scope %s", async (scope) => {
  const { send } = await start({ rate: { requests: 2, per: "1h" }, scope }, 3);
  const seen: number[] = [];
  for (let i = 0; i < 9; i++) seen.push(await send("alice", i % 3));
  expect(seen.filter((status) => status === 200)).toHaveLength(scope === "process" ? 2 : 6);
});

it("decides anew when another worker gets in between its read and its write", async () => {
  const { emulator, send } = await start({ rate: { requests: 10, per: "1h" } }, 2);
  await send("warm");
  const rivals: Promise<number>[] = [];
  emulator.callTrace = ({ function: name, worker }) => {
    if (name === "proxy_get_shared_data" && worker === 0 && rivals.length < 5) rivals.push(send("alice", 1));
  };
  const seen: number[] = [];
  for (let i = 0; i < 10; i++) seen.push(await send("alice", 0));
  expect(await Promise.all(rivals)).toEqual([200, 200, 200, 200, 200]);
  expect(seen).toEqual([200, 200, 200, 200, 200, 429, 429, 429, 429, 429]);
  // The first request loses against all five, and passes with its sixth attempt.
  expect(emulator.stats().get("wasmcustom.sidecraft_rate_limit_contention")).toBe(5);
});

it("keeps what a worker has counted when the configuration changes", async () => {
  const limit = { rate: { requests: 2, per: "1h" }, scope: "worker" };
  const { emulator, send } = await start(limit);
  expect([await send("alice"), await send("alice"), await send("alice")]).toEqual([200, 200, 429]);
  const config = { limits: [{ name: "l", key: [{ header: "x-user" }], ...limit }], headers: "none" };
  expect((await emulator.updateFilter("rate-limit", config)).accepted).toBe(true);
  expect(await send("alice")).toBe(429);
});

it("does not fill a worker's memory with the tables of rates that are no longer used", async () => {
  const limit = { scope: "worker", max_keys: 16_384, key: [{ header: "x-user" }], name: "l" };
  const { emulator } = await start({ ...limit, rate: { requests: 1, per: "1h" } });
  const sizes: number[] = [];
  for (let requests = 2; requests <= 900; requests++) {
    const config = { limits: [{ ...limit, rate: { requests, per: "1h" } }] };
    expect((await emulator.updateFilter("rate-limit", config)).accepted).toBe(true);
    if (requests % 300 === 0) sizes.push(Math.max(...emulator.memorySizes()));
  }
  expect(sizes[2]).toBe(sizes[0]);
});

it.each(["process", "worker"])("recovers from a clock that jumps by an hour, in scope %s", async (scope) => {
  const { emulator, send } = await start({ rate: { requests: 2, per: "20s" }, scope });
  expect([await send("a"), await send("a"), await send("a")]).toEqual([200, 200, 429]);
  await emulator.clock.advance(-3_600_000_000_000n);
  expect(await send("a")).toBe(429);
  await emulator.clock.advance("10s");
  expect([await send("a"), await send("a")]).toEqual([200, 429]);
  await emulator.clock.advance("1h");
  expect([await send("a"), await send("a"), await send("a")]).toEqual([200, 200, 429]);
});

it("names the limit in the response code details", async () => {
  const { emulator } = await start({ rate: { requests: 1, per: "1h" } });
  const request = { method: "GET", path: "/", authority: "a.test", headers: [], body: new Uint8Array() };
  const details = [(await emulator.fetch(request)).details, (await emulator.fetch(request)).details];
  expect(details).toEqual(["via_upstream", "rate_limited_l"]);
});

it("asks the host for no more than it must: a property or the headers, the time, one read, one write", async () => {
  const { emulator, send } = await start({ rate: { requests: 1, per: "1h" } });
  await send("warm");
  const calls: string[] = [];
  emulator.callTrace = (call) => void calls.push(call.function);
  await send("alice");
  await send("alice");
  expect(calls).toEqual([
    "proxy_get_header_map_pairs",
    "proxy_get_current_time_nanoseconds",
    "proxy_get_shared_data",
    "proxy_set_shared_data",
    "proxy_increment_metric",
    "proxy_add_header_map_value",
    "proxy_add_header_map_value",
    "proxy_get_header_map_pairs",
    "proxy_get_current_time_nanoseconds",
    "proxy_get_shared_data",
    "proxy_increment_metric",
    "proxy_send_local_response",
  ]);
});
