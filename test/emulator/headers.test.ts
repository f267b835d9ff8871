import { expect, test } from "vitest";
import type { HttpRequest } from "../../harness/src/model/index.ts";
import { header, messages, ok, request, startProbes } from "./fixtures/probe.ts";

function seen(requests: HttpRequest[]) {
  return (received: HttpRequest) => {
    requests.push(received);
    return ok("hello");
  };
}

test("names are lower case, the first value is read, inline headers are joined", async () => {
  const requests: HttpRequest[] = [];
  await using emulator = await startProbes({
    filters: [
      [
        "request_headers get 0 X-MULTI",
        "request_headers get 0 missing",
        "request_headers get 0 x-empty",
        "request_headers add 0 X-Multi three",
        "request_headers add 0 accept b",
        "request_headers add 0 host /b",
        "request_headers replace 0 x-two new",
        "request_headers prop request/headers/x-multi",
      ].join("\n"),
    ],
    clusters: { up: seen(requests) },
  });
  const headers: [string, string][] = [];
  headers.push(
    ["X-Multi", "one"],
    ["x-multi", "two"],
    ["x-two", "1"],
    ["x-two", "2"],
    ["accept", "a"],
    ["x-empty", ""],
  );
  await emulator.fetch(request({ headers }));
  expect(messages(emulator)).toEqual([
    "get X-MULTI=0:one",
    "get missing=1:",
    "get x-empty=0:",
    "request/headers/x-multi=0:one,two,three",
  ]);
  const sent = requests[0];
  expect(sent?.authority).toBe("test.local,/b");
  expect(sent?.headers.filter(([name]) => name === "x-multi").map(([, value]) => value)).toEqual([
    "one",
    "two",
    "three",
  ]);
  expect(sent?.headers.filter(([name]) => name === "x-two")).toEqual([["x-two", "new"]]);
  expect(sent && header(sent, "accept")).toBe("a,b");
});

test("statuses of maps that are not there", async () => {
  await using emulator = await startProbes({
    filters: [
      [
        "request_headers ?get 2 :status",
        "request_headers ?add 2 a b",
        "request_headers pairs 2",
        "request_headers ?pairs 9",
        "request_headers ?size 2",
        "request_headers ?remove 0 missing",
        "request_headers ?remove 99 missing",
        "response_headers ?get 0 :path",
        "log ?add 2 a b",
        "log ?get 0 :path",
        "log ?get 1 x",
        "log ?size 0",
      ].join("\n"),
    ],
  });
  await emulator.fetch(request());
  const statuses = messages(emulator).filter((line) => /^(get|add|pairs|size|remove)=\d+$/.test(line));
  expect(statuses).toEqual([
    "get=2",
    "add=2",
    "pairs=2",
    "size=2",
    "remove=0",
    "remove=2",
    "get=2",
    "add=2",
    "get=0",
    "get=1",
    "size=2",
  ]);
  expect(messages(emulator)).toContain("pairs=0:0");
});

test("wiping all headers leaves no route", async () => {
  await using emulator = await startProbes({ filters: ["request_headers ?wipe 0"] });
  expect(await emulator.fetch(request())).toMatchObject({ status: 404, details: "route_not_found" });
});

test("request values are checked, response values are not", async () => {
  await using emulator = await startProbes({ filters: ["request_headers ?inject 0 x-bad"] });
  const refused = await emulator.fetch(request());
  expect(refused).toMatchObject({
    status: 503,
    details: "filter_removed_required_request_headers{invalid_header_value_for:_x-bad}",
  });
  expect(refused.body.toString()).toBe("invalid header value for: x-bad");

  await using other = await startProbes({ filters: ["response_headers ?inject 2 x-bad"] });
  expect(header(await other.fetch(request()), "x-bad")).toBe("a\r\nb");
});

test("required headers", async () => {
  const outcome = async (script: string) => {
    await using emulator = await startProbes({ filters: [script] });
    const { status, body, details } = await emulator.fetch(request());
    return `${status} ${body.toString() || details}`;
  };
  expect(await outcome("request_headers remove 0 :method")).toBe("503 missing required header: :method");
  expect(await outcome("request_headers remove 0 :path")).toBe("404 route_not_found");
  expect(await outcome("request_headers remove 0 x-forwarded-proto")).toBe("404 route_not_found");
  expect(await outcome("response_headers remove 2 :status")).toBe("502 missing required header: :status");
});

test("what the edge strips and adds", async () => {
  const requests: HttpRequest[] = [];
  await using emulator = await startProbes({ filters: [""], clusters: { up: seen(requests) } });
  const headers: [string, string][] = [
    ["x-envoy-max-retries", "3"],
    ["x-envoy-original-path", "/z"],
    ["x-request-id", "mine"],
    ["connection", "x-foo"],
    ["x-foo", "1"],
  ];
  await emulator.fetch(request({ headers }));
  expect(requests[0]?.headers).toEqual([
    ["x-envoy-original-path", "/z"],
    ["x-request-id", "mine"],
    ["x-forwarded-for", "127.0.0.1"],
    ["x-forwarded-proto", "http"],
    ["x-envoy-external-address", "127.0.0.1"],
    ["x-envoy-expected-rq-timeout-ms", "15000"],
  ]);
});

test("header changes choose the route again", async () => {
  const routes = [
    { name: "canary", match: { prefix: "/", headers: { "x-canary": "1" } }, cluster: "canary" },
    { name: "stable", match: { prefix: "/" }, cluster: "up" },
  ];
  await using emulator = await startProbes({
    filters: [
      "request_headers add 0 x-canary 1\nrequest_headers prop xds/route_name\nresponse_headers prop xds/route_name",
    ],
    routes,
    clusters: { canary: () => ok("canary") },
  });
  const response = await emulator.fetch(request());
  expect(response.cluster).toBe("canary");
  expect(response.body.toString()).toBe("canary");
  expect(messages(emulator)).toEqual(["xds/route_name=0:stable", "xds/route_name=0:canary"]);
});
