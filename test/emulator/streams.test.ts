import { expect, test } from "vitest";
import { header, messages, ok, request, startProbes } from "./fixtures/probe.ts";

test("decode 1..n, encode n..1, log 1..n, then done and delete of each", async () => {
  const script = (name: string) =>
    ["request_headers", "response_headers", "log", "done", "delete"]
      .map((hook) => `${hook} log ${name} ${hook}`)
      .join("\n");
  const emulator = await startProbes({ filters: [script("one"), script("two")] });
  await emulator.fetch(request());
  expect(messages(emulator)).toEqual([
    "one request_headers",
    "two request_headers",
    "two response_headers",
    "one response_headers",
    "one log",
    "two log",
    "one done",
    "one delete",
    "two done",
    "two delete",
  ]);
  await emulator[Symbol.asyncDispose]();
});

test("a local reply passes the encode hooks of its filter and of those before it", async () => {
  const hooks = (name: string) =>
    `request_headers log ${name} in\nresponse_headers log ${name} out\nlog log ${name} log`;
  await using emulator = await startProbes({
    filters: [
      `${hooks("one")}\nresponse_headers replace 2 x-seen yes`,
      `${hooks("two")}\nrequest_headers reply 401 denied www-authenticate Bearer\nresponse_headers get 0 :path\nrequest_headers return 0`,
      hooks("three"),
    ],
  });
  const response = await emulator.fetch(request());
  expect(messages(emulator)).toEqual([
    "one in",
    "two in",
    "two out",
    "get :path=0:/",
    "one out",
    "one log",
    "two log",
    "three log",
  ]);
  expect(response).toMatchObject({ status: 401, details: "from_probe" });
  expect(response.body.toString()).toBe("denied");
  expect(response.cluster).toBeUndefined();
  expect(response.headers.slice(0, 4)).toEqual([
    ["www-authenticate", "Bearer"],
    ["content-length", "6"],
    ["content-type", "text/plain"],
    ["x-seen", "yes"],
  ]);
});

test("local replies: empty body, two in one callback, gRPC, HEAD", async () => {
  await using empty = await startProbes({ filters: ["trace\nrequest_headers reply 204"] });
  expect((await empty.fetch(request())).status).toBe(204);
  expect(messages(empty)).toContain("> response_headers 1 1");

  await using twice = await startProbes({
    filters: ["request_headers reply 401 one\nrequest_headers reply 402 two"],
  });
  expect(await twice.fetch(request())).toMatchObject({ status: 401, body: Buffer.from("one") });

  await using grpc = await startProbes({ filters: ["request_headers reply 429 50%"] });
  const response = await grpc.fetch(request({ headers: [["content-type", "application/grpc+proto"]] }));
  expect(response.status).toBe(200);
  expect([header(response, "grpc-status"), header(response, "grpc-message")]).toEqual(["14", "50%25"]);

  const head = await twice.fetch(request({ method: "HEAD" }));
  expect([head.body.length, header(head, "content-length")]).toEqual([0, "3"]);
});

test("a local reply from the response replaces it and skips the hooks", async () => {
  await using emulator = await startProbes({
    filters: ["response_headers log one", "response_headers log two\nresponse_headers reply 500 no"],
  });
  const response = await emulator.fetch(request());
  expect(response).toMatchObject({ status: 500, body: Buffer.from("no") });
  expect(messages(emulator)).toEqual(["two"]);

  await using late = await startProbes({ filters: ["response_body reply 500 no"] });
  await expect(late.fetch(request())).rejects.toMatchObject({
    details: "from_probe",
    partial: { status: 200 },
  });
});

test("closing the stream, and a client that goes away while it is paused", async () => {
  await using closing = await startProbes({ filters: ["request_headers close 0\nlog log over"] });
  await expect(closing.fetch(request())).rejects.toMatchObject({ details: "wasm_close_stream" });
  expect(messages(closing)).toEqual(["over"]);

  await using paused = await startProbes({
    filters: ["request_headers return 1\nlog prop response/code_details\nlog ?get 2 :status"],
  });
  const client = new AbortController();
  const pending = paused.fetch(request(), { signal: client.signal });
  client.abort();
  await expect(pending).rejects.toMatchObject({ details: "downstream_remote_disconnect" });
  expect(messages(paused)).toContain("get=1");
});

test("properties travel from filter to filter", async () => {
  await using emulator = await startProbes({
    filters: [
      "request_headers ?setprop user alice\nconfigure ?setprop user x",
      {
        vmId: "other",
        rootId: "root",
        config: [
          "prop user",
          "prop filter_state/wasm.user",
          "prop plugin_name",
          "prop plugin_root_id",
          "prop plugin_vm_id",
          "prop request/url_path",
          "prop request/query",
          "prop request/method",
          "prophex request/time",
          "prop source/address",
          "prophex connection_id",
          "prop route_name",
          "prop xds/cluster_name",
          "prop request",
          "prop response/code",
          "prop upstream/address",
        ]
          .map((line) => `request_headers ${line}`)
          .concat("response_headers prophex response/code", "log prop response/code_details")
          .join("\n"),
      },
    ],
  });
  await emulator.fetch(request({ path: "/a?b=c" }), { sourceAddress: "10.0.0.9:1234" });
  expect(messages(emulator)).toEqual([
    ...["setprop=1", "setprop=1", "setprop=1", "setprop=0"],
    "user=0:alice",
    "filter_state/wasm.user=0:alice",
    "plugin_name=0:f2",
    "plugin_root_id=0:root",
    "plugin_vm_id=0:other",
    "request/url_path=0:/a",
    "request/query=0:b=c",
    "request/method=0:GET",
    "request/time=0:0000faed51728618",
    "source/address=0:10.0.0.9:1234",
    "connection_id=0:0000000000000000",
    "route_name=1:",
    "xds/cluster_name=0:up",
    "request=3:",
    "response/code=1:",
    "upstream/address=1:",
    "response/code=0:c800000000000000",
    "response/code_details=0:via_upstream",
  ]);
});

test("what the upstream does wrong", async () => {
  await using emulator = await startProbes({
    filters: [""],
    routes: [
      { match: { prefix: "/refuse" }, cluster: "refuse" },
      { match: { prefix: "/hang" }, cluster: "hang" },
      { match: { prefix: "/up" }, cluster: "up" },
    ],
    clusters: {
      refuse: () => Promise.reject(Object.assign(new Error("no"), { code: "ECONNREFUSED" })),
      hang: () => new Promise(() => {}),
    },
  });
  const refused = await emulator.fetch(request({ path: "/refuse" }));
  expect(refused.status).toBe(503);
  expect(refused.body.toString()).toMatch(/reset reason: remote connection failure$/);
  const hanging = emulator.fetch(request({ path: "/hang" }));
  await emulator.clock.advance("15s");
  expect(await hanging).toMatchObject({ status: 504, details: "response_timeout" });
  expect(await emulator.fetch(request({ path: "/" }))).toMatchObject({
    status: 404,
    details: "route_not_found",
  });
  expect(await emulator.fetch(request({ path: "/up", method: "HEAD" }))).toMatchObject({
    status: 200,
    body: Buffer.alloc(0),
  });
});

test("a response without a body ends with its headers", async () => {
  await using emulator = await startProbes({ filters: ["trace"], clusters: { up: () => ok("") } });
  const response = await emulator.fetch(request());
  expect(messages(emulator)).toContain("> response_headers 3 1");
  expect(header(response, "content-length")).toBe("0");
});
