import { expect, test } from "vitest";
import type { HttpRequest } from "../../harness/src/model/index.ts";
import { messages, ok, request, startProbes } from "./fixtures/probe.ts";

const RESUME = "call_response ?effective\ncall_response resume 0";

test("a callout pauses the request and resumes it", async () => {
  const calls: HttpRequest[] = [];
  await using emulator = await startProbes({
    filters: [
      [
        "trace",
        "request_headers call auth /check 1000",
        "request_headers return 1",
        "call_response ?effective",
        "call_response get 6 :status",
        "call_response body 4",
        "call_response add 0 x-user alice",
        "call_response resume 0",
      ].join("\n"),
    ],
    clusters: {
      auth: (received) => {
        calls.push(received);
        return ok("alice");
      },
      up: (received) => ok(received.headers.find(([name]) => name === "x-user")?.[1] ?? "nobody"),
    },
  });
  const response = await emulator.fetch(request());
  expect(response.body.toString()).toBe("alice");
  expect(calls).toMatchObject([{ method: "GET", path: "/check", authority: "callee" }]);
  expect(calls[0]?.headers).toEqual([
    ["x-envoy-internal", "true"],
    ["x-envoy-expected-rq-timeout-ms", "1000"],
  ]);
  expect(messages(emulator).slice(4, 10)).toEqual([
    "> request_headers 8 1",
    "call=0:4",
    "> call_response 4 3",
    "effective=0",
    "get :status=0:200",
    "body=0:alice",
  ]);
});

test("time-out, refusal, unknown cluster, negative time-out", async () => {
  const script = `request_headers call slow / 200\nrequest_headers return 1\ncall_response get 6 :status\ncall_response body 4\n${RESUME}`;
  await using emulator = await startProbes({
    filters: [script],
    clusters: { slow: () => new Promise(() => {}) },
  });
  const pending = emulator.fetch(request());
  await emulator.clock.advance("199ms");
  expect(messages(emulator)).toEqual(["call=0:4"]);
  await emulator.clock.advance("1ms");
  expect((await pending).status).toBe(200);
  expect(messages(emulator).slice(1, 3)).toEqual(["get :status=0:504", "body=0:upstream request timeout"]);

  await using refusing = await startProbes({
    filters: [script],
    clusters: {
      slow: () => {
        throw new Error("connection refused");
      },
    },
  });
  await refusing.fetch(request());
  expect(messages(refusing)[1]).toBe("get :status=0:503");

  await using unknown = await startProbes({
    filters: ["request_headers call nowhere / 1\nrequest_headers call up / -1"],
  });
  await unknown.fetch(request());
  expect(messages(unknown)).toEqual(["call=2:", "call=2:"]);
});

test("an answer on the virtual clock, for a stream that is dead", async () => {
  await using emulator = await startProbes({
    filters: [`request_headers call slow / 0\n${RESUME}`],
    clusters: {
      slow: async () => {
        await emulator.clock.sleep("50ms");
        return ok("late");
      },
    },
  });
  expect((await emulator.fetch(request())).status).toBe(200);
  await emulator.clock.advance("1s");
  expect(messages(emulator)).toEqual(["call=0:4", "effective=2"]);
});

test("a local reply from a callout; forgetting the effective context hangs", async () => {
  await using emulator = await startProbes({
    filters: [
      "request_headers call up / 0\nrequest_headers return 1\ncall_response effective\ncall_response reply 403 no",
    ],
  });
  expect(await emulator.fetch(request())).toMatchObject({ status: 403, body: Buffer.from("no") });

  await using hanging = await startProbes({
    filters: ["request_headers call up / 0\nrequest_headers return 1\ncall_response ?resume 0"],
  });
  const client = new AbortController();
  const pending = hanging.fetch(request(), { signal: client.signal });
  await hanging.clock.advance("1m");
  expect(messages(hanging)).toEqual(["call=0:4", "resume=0"]);
  client.abort();
  await expect(pending).rejects.toMatchObject({ details: "downstream_remote_disconnect" });
});

test("a callout from configure happens in the canary too, whose answer is dropped", async () => {
  let calls = 0;
  await using emulator = await startProbes({
    filters: ["configure call count / 0\ncall_response log answered"],
    clusters: {
      count: () => {
        calls++;
        return ok("");
      },
    },
    workers: 2,
  });
  await emulator.clock.advance("1ms");
  expect(calls).toBe(4);
  expect(messages(emulator).filter((line) => line === "answered")).toHaveLength(3);
});
