import { describe, expect, it } from "vitest";
import {
  CaptureError,
  readCaptures,
  testFile,
  type TestFileOptions,
} from "../../harness/src/capture/index.ts";

type Pairs = readonly (readonly [string, string])[];

const OPTIONS: TestFileOptions = {
  name: "n",
  testing: "sidecraft/testing",
  filters: [{ filter: "auth" }],
  upstream: "stable",
  keepSecrets: false,
  redact: [],
};
const REQUEST: Pairs = [
  [":method", "GET"],
  [":path", "/a?token=t0p&b=1"],
  [":authority", "a.test"],
  ["x-forwarded-proto", "http"],
  ["authorization", "Bearer t0p"],
  ["x-mine", "t0p"],
];
const RESPONSE: Pairs = [
  [":status", "200"],
  ["date", "today"],
  ["x-envoy-upstream-service-time", "1"],
];

const headers = (pairs: Pairs): object[] => pairs.map(([key, value]) => ({ key, value, raw_value: "" }));
const buffered = (request: Pairs, response: Pairs, body: object = {}): string =>
  JSON.stringify({
    http_buffered_trace: {
      request: { headers: headers(request), body },
      response: { headers: headers(response), body },
    },
  });
const streamed = (request: Pairs, ...chunks: object[]): string =>
  [
    { request_headers: { headers: headers(request) } },
    ...chunks,
    { response_headers: { headers: headers(RESPONSE) } },
  ]
    .map((segment) => JSON.stringify({ http_streamed_trace_segment: { trace_id: "1", ...segment } }, null, 1))
    .join("\n");

const file = (path: string, text: string): { path: string; text: string } => ({ path, text });
const test = (text: string, options: Partial<TestFileOptions> = {}): string =>
  testFile(readCaptures([file("client_1.json", text)]), { ...OPTIONS, ...options });

describe("A capture", () => {
  it("of a buffered tap is read, with the remark that its headers are late", () => {
    const text = test(buffered(REQUEST, RESPONSE, { as_string: "grün" }));
    expect(text).toContain('it("GET /a?token=redacted&b=1: 200"');
    expect(text).toContain('body: Buffer.from("gr\\u00fcn")');
    expect(text).toContain("// the tap was not `streaming`");
    expect(text).toContain('expect(response.upstream?.name).toBe("stable")');
    expect(text).not.toMatch(/x-forwarded-proto|"date"/);
  });

  it("of a streamed tap has its body in pieces", () => {
    const piece = (text: string): object => ({
      request_body_chunk: { as_bytes: Buffer.from(text).toString("base64"), truncated: false },
    });
    expect(test(streamed(REQUEST, piece("one "), piece("two")))).toContain('body: Buffer.from("one two")');
  });

  it("asserts no body that was cut", () => {
    const text = test(buffered(REQUEST, RESPONSE, { as_string: "begin", truncated: true }));
    expect(text).not.toContain("response.text()");
  });

  it("hides secrets in headers and queries, keeps the scheme, and takes names of more", () => {
    const text = test(buffered(REQUEST, RESPONSE), { redact: ["x-mine"] });
    expect(text).not.toContain("t0p");
    expect(text).toContain('["authorization", "Bearer redacted"]');
    expect(text).toContain('["x-mine", "redacted"]');
    expect(test(buffered(REQUEST, RESPONSE), { keepSecrets: true })).toContain(
      '["authorization", "Bearer t0p"]',
    );
  });

  it("knows that the upstream was not asked: nobody waited for it", () => {
    expect(test(buffered(REQUEST, [[":status", "401"]]))).toContain("expect(response.upstream).toBeNull()");
  });

  it("is data, never code", () => {
    const evil = '"); process.exit(1); ("\u2028\n*/ // `${process.exit(1)}` \u0000\\';
    const request: Pairs = [
      [":method", evil],
      [":path", `/${evil}`],
      ["x-a", evil],
    ];
    const captures = readCaptures([
      file(
        `${evil}.json`,
        buffered(request, [
          [":status", evil],
          ["x-b", evil],
        ]),
      ),
    ]);
    const text = testFile(captures, { ...OPTIONS, name: evil, filters: [{ filter: evil }] });
    expect(text).toMatch(/^[ -~\n]*$/);
    const code = text.replace(/"(?:[^"\\\n]|\\.)*"/g, '""').replace(/\/\/.*$/gm, "");
    expect(code).not.toContain("process");
  });

  it("of an access log has method, path, status, and whether the upstream answered", () => {
    const lines = [
      {
        method: "GET",
        path: "/a",
        authority: "a.test",
        response_code: 200,
        response_code_details: "via_upstream",
      },
      {
        ":method": "GET",
        ":path": "/b",
        status: "403",
        response_code_details: "rbac",
        upstream_cluster: "-",
      },
    ];
    const text = testFile(
      readCaptures([file("log", lines.map((line) => JSON.stringify(line)).join("\n"))]),
      OPTIONS,
    );
    expect(text).toContain("// log:1\n  // from an access log");
    expect(text).toMatch(/"GET \/a: 200"[^]*upstream\?\.name[^]*"GET \/b: 403"[^]*upstream\)\.toBeNull/);
  });
});

describe("What is no capture is refused", () => {
  const id = "upstream_7.json";
  it.each<[what: string, path: string, text: string, why: RegExp]>([
    ["nothing", "a", " \n", /a: there is nothing in it/],
    ["half a file", "a", '{"http_buffered_trace": {', /a: object 1 is not JSON; was the file cut off\?/],
    ["a list", "a", "[1]", /a: expected JSON objects, not \[1\]/],
    [
      "a trace of TCP",
      "a",
      '{"socket_buffered_trace": {}}',
      /a: expected the trace of an HTTP request, found socket_/,
    ],
    [
      "no headers",
      "a",
      '{"http_buffered_trace": {"request": {}}}',
      /a: the headers of the request are missing/,
    ],
    [
      "a header without a name",
      "a",
      '{"http_buffered_trace": {"request": {"headers": [{}]}}}',
      /no pair of key and value/,
    ],
    [
      "another log",
      "a",
      '{"level": "info"}',
      /a:1: no status; it is looked for as response_code, status, code/,
    ],
    ["a log with another status", "a", '{"method": "GET", "path": "/", "status": 0}', /0 is no status/],
    [
      "one side only",
      id,
      buffered(REQUEST, RESPONSE),
      /request 7 there is only what was seen before the upstream/,
    ],
  ])("%s", (_, path, text, why) => {
    expect(() => readCaptures([file(path, text)])).toThrow(CaptureError);
    expect(() => readCaptures([file(path, text)])).toThrow(why);
  });

  it("two files of the same place", () => {
    const text = buffered(REQUEST, RESPONSE);
    expect(() => readCaptures([file("a/x_7.json", text), file("b/x_7.json", text)])).toThrow(
      /another file is of the same request.*client_<number>\.json/,
    );
  });
});
