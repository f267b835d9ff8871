import { expect, test } from "vitest";
import { messages, request, startProbes } from "./fixtures/probe.ts";

test("all workers see the same shared data; a stale CAS is refused", async () => {
  await using emulator = await startProbes({
    filters: [
      "configure bump started\nrequest_headers bump n\nrequest_headers shared n",
      "request_headers ?setshared n 9 1\nrequest_headers shared missing",
      { vmId: "other", config: "request_headers shared n" },
    ],
    workers: 3,
  });
  for (let index = 0; index < 3; index++) await emulator.fetch(request());
  expect(messages(emulator).filter((line) => line.startsWith("shared=0"))).toEqual([
    "shared=0:1:6",
    "shared=0:2:7",
    "shared=0:3:8",
  ]);
  expect(messages(emulator).filter((line) => line === "setshared=8")).toHaveLength(3);
  expect(messages(emulator).filter((line) => line === "shared=1:")).toHaveLength(6);
});

test("start runs configure in the canary, the main thread and every worker", async () => {
  await using emulator = await startProbes({
    filters: ["configure bump n\nrequest_headers shared n"],
    workers: 2,
  });
  await emulator.fetch(request());
  expect(messages(emulator)).toEqual(["shared=0:4:4"]);
});

test("queues notify the last who registered, later", async () => {
  await using emulator = await startProbes({
    filters: [
      "configure register jobs\nrequest_headers ?enqueue 1 job\nrequest_headers ?enqueue 7 job\nqueue dequeue 1\nqueue dequeue 1",
    ],
    workers: 2,
  });
  await emulator.fetch(request(), { worker: 0 });
  await emulator.clock.advance("1ms");
  expect(messages(emulator).slice(4)).toEqual(["enqueue=0", "enqueue=1", "dequeue=0:job", "dequeue=7:"]);
});

test("ticks run on the main thread and on every worker, in order of time", async () => {
  await using emulator = await startProbes({
    filters: [
      "configure tick 100\ntick time\ntick metric 0 ticks 1",
      { vmId: "b", config: "configure tick 250\ntick log slow" },
    ],
    workers: 1,
    startTime: 0n,
  });
  await emulator.clock.advance("99ms");
  expect(messages(emulator)).toEqual([]);
  await emulator.clock.advance("151ms");
  expect(messages(emulator).filter((line) => !line.startsWith("metric"))).toEqual([
    "time=100000000",
    "time=100000000",
    "time=200000000",
    "time=200000000",
    "slow",
    "slow",
  ]);
  expect(emulator.clock.now()).toBe(250_000_000n);
  expect(emulator.stats().get("wasmcustom.ticks")).toBe(4);
});

test("metric ids and rules", async () => {
  await using emulator = await startProbes({
    filters: [
      [
        "request_headers metric 0 c 2",
        "request_headers metric 0 c 0",
        "request_headers metric 1 g 5",
        "request_headers metric 1 g -2",
        "request_headers metric 2 h 7",
        "request_headers metric 2 h 8",
      ].join("\n"),
    ],
  });
  await emulator.fetch(request());
  expect(messages(emulator)).toEqual([
    "metric=4:0",
    "metric=8:2",
    "metric=5:0",
    "metric=9:0",
    "metric=6:0",
    "metric=10:0",
  ]);
  expect(Object.fromEntries(emulator.stats())).toMatchObject({
    "wasmcustom.c": 2,
    "wasmcustom.g": 3,
    "wasmcustom.h": 2,
  });
});

test("foreign functions and randomness", async () => {
  const run = async () => {
    await using emulator = await startProbes({
      filters: [
        "request_headers foreign nothing x\nrequest_headers foreign compress aaaa\nrequest_headers ?foreign uncompress aaaa\nrequest_headers random",
      ],
      seed: 7,
    });
    await emulator.fetch(request());
    return messages(emulator);
  };
  const first = await run();
  expect(first.slice(0, 4)).toEqual([
    "foreign=1:",
    "foreign=0:789c4b4c4c4c040003ce0185",
    "foreign=3:",
    "foreign=3",
  ]);
  expect(await run()).toEqual(first);
});
