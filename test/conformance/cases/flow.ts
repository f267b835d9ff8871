/** Pausing, resuming, replies of the filter, calls to other clusters, and the order of the hooks. */
import { encodePairs } from "../../../harness/src/abi/index.ts";
import type { Case, Topic } from "../case.ts";
import {
  BYTES,
  type Call,
  CONTEXT,
  type Hook,
  type Program,
  STREAM_HOOKS,
  UNREPORTED,
} from "../probe/index.ts";

const property = (...path: string[]): Call => ["proxy_get_property", path.join("\0"), BYTES];
const get = (map: number, name: string): Call => ["proxy_get_header_map_value", map, name, BYTES];
const effective: Call = ["proxy_set_effective_context", CONTEXT];
const resume = (stream: number): Call => ["proxy_continue_stream", stream];
const pairs = (...fields: readonly (readonly [string, string])[]): Uint8Array => encodePairs(fields);
const reply = (
  status: number,
  body = "",
  fields: Uint8Array | string = "",
  details = "",
  grpc = -1,
): Call => ["proxy_send_local_response", status, details, body, fields, grpc];
const CALL_HEADERS = pairs([":method", "GET"], [":path", "/call"], [":authority", "auth"]);
const call = (cluster: string, headers: Uint8Array = CALL_HEADERS, timeout = 1000): Call => [
  "proxy_http_call",
  cluster,
  headers,
  "",
  "",
  timeout,
  UNREPORTED,
];
const PAUSE = 1;

const traced = (hooks: readonly Hook[] = STREAM_HOOKS): Program =>
  Object.fromEntries(hooks.map((hook) => [hook, []]));

const order: readonly Case[] = [
  {
    says: "order: headers, body, response, log, done, delete",
    program: traced(),
    send: { method: "POST", body: "hello" },
    upstream: { body: "hi" },
    expect: [
      "requestHeaders(0)",
      "requestBody(5, 0)",
      "requestBody(0, 1)",
      "responseHeaders(0)",
      "responseBody(2, 0)",
      "responseBody(0, 1)",
      "log()",
      "done()",
      "delete()",
    ],
  },
  {
    says: "order: trailers come last in their direction",
    program: traced(),
    send: { method: "POST", body: "hello", trailers: { "x-t": "1" } },
    upstream: { body: Buffer.from("hi"), trailers: [["x-t", "1"]] },
    expect: [
      "requestHeaders(0)",
      "requestBody(5, 0)",
      "requestTrailers()",
      "responseHeaders(0)",
      "responseBody(2, 0)",
      "responseTrailers()",
      "log()",
      "done()",
      "delete()",
    ],
  },
];

/** What a reply of the filter shows: status, body, what the client saw. */
const replying = (
  says: string,
  program: Program,
  expect: readonly string[],
  more: Partial<Case> = {},
): Case => ({
  says: `reply: ${says}`,
  program,
  observe: ["status", "body", "upstream"],
  ...more,
  expect,
});
const OK = "requestHeaders: send_local_response -> Ok";

const replies: readonly Case[] = [
  replying(
    "it is sent when the hook returns, whatever that returns",
    { requestHeaders: { calls: [reply(403, "no"), get(0, ":path")], returns: 0 } },
    [
      "requestHeaders(1)",
      OK,
      'requestHeaders: get_header_map_value -> Ok "/"',
      "status: 403",
      'body: "no"',
      "upstream: none",
    ],
  ),
  replying(
    "it passes through the response hooks of the same filter",
    {
      requestHeaders: [reply(403, "no")],
      responseHeaders: [get(2, ":status"), get(0, ":path")],
      responseBody: [],
    },
    [
      "requestHeaders(1)",
      OK,
      "responseHeaders(0)",
      'responseHeaders: get_header_map_value -> Ok "403"',
      'responseHeaders: get_header_map_value -> Ok "/"',
      "responseBody(2, 1)",
      "status: 403",
      'body: "no"',
      "upstream: none",
    ],
  ),
  replying(
    "without a body it ends with its headers",
    { requestHeaders: [reply(401)], responseHeaders: [] },
    ["requestHeaders(1)", OK, "responseHeaders(1)", "status: 401", 'body: ""', 'header content-length: "0"'],
    { observe: ["status", "body", "header content-length"] },
  ),
  replying(
    "with a body it is text/plain",
    { requestHeaders: [reply(200, "x")] },
    ["requestHeaders(1)", OK, 'header content-type: "text/plain"', 'header content-length: "1"'],
    {
      observe: ["header content-type", "header content-length"],
    },
  ),
  replying(
    "unless it says otherwise",
    { requestHeaders: [reply(200, "{}", pairs(["content-type", "application/json"]))] },
    ["requestHeaders(1)", OK, 'header content-type: "application/json"'],
    {
      observe: ["header content-type"],
    },
  ),
  replying(
    "headers can be repeated, and are lower case",
    { requestHeaders: [reply(200, "", pairs(["X-A", "1"], ["x-a", "2"]))] },
    ["requestHeaders(1)", OK, 'header x-a: "1" "2"'],
    {
      observe: ["header x-a"],
    },
  ),
  replying(
    "its details can be read in on_log, without spaces",
    {
      requestHeaders: [reply(403, "", "", "not allowed here")],
      log: [property("response", "code_details"), property("response", "code")],
    },
    [
      "requestHeaders(1)",
      OK,
      "log()",
      'log: get_property -> Ok "not_allowed_here"',
      'log: get_property -> Ok "\x93\\u0001\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000"',
      "status: 403",
    ],
    { observe: ["status"] },
  ),
  replying(
    "of two in one hook the first is sent",
    { requestHeaders: [reply(401, "first"), reply(402, "second")] },
    ["requestHeaders(1)", OK, OK, "status: 401", 'body: "first"'],
    {
      observe: ["status", "body"],
    },
  ),
  replying(
    "from the response's headers it takes the upstream's place, and passes no hook",
    { responseHeaders: [reply(502, "broken")], responseBody: [] },
    ["responseHeaders(0)", "responseHeaders: send_local_response -> Ok", "status: 502", 'body: "broken"'],
    { observe: ["status", "body"] },
  ),
  replying(
    "from the request's body",
    { requestBody: [reply(413, "big")] },
    ["requestBody(5, 0)", "requestBody: send_local_response -> Ok", "status: 413", 'body: "big"'],
    {
      observe: ["status", "body"],
      send: { method: "POST", body: "hello" },
    },
  ),
  ...(
    [
      [400, 13],
      [401, 16],
      [403, 7],
      [404, 12],
      [429, 14],
      [503, 14],
      [500, 2],
      [302, 2],
    ] as const
  ).map(([http, grpc]) =>
    replying(
      `gRPC: ${http} becomes grpc-status ${grpc}`,
      { requestHeaders: [reply(http, "why")] },
      ["requestHeaders(1)", OK, "status: 200", `header grpc-status: "${grpc}"`, 'header grpc-message: "why"'],
      {
        send: { headers: [["content-type", "application/grpc"]] },
        observe: ["status", "header grpc-status", "header grpc-message"],
      },
    ),
  ),
  replying(
    "gRPC: a status that is given is sent",
    { requestHeaders: [reply(403, "50% off", "", "", 8)] },
    ["requestHeaders(1)", OK, 'header grpc-status: "8"', 'header grpc-message: "50%25 off"'],
    {
      send: { headers: [["content-type", "application/grpc+proto"]] },
      observe: ["header grpc-status", "header grpc-message"],
    },
  ),
  replying(
    "gRPC: not for grpc-web",
    { requestHeaders: [reply(403, "no", "", "", 8)] },
    ["requestHeaders(1)", OK, "status: 403", 'body: "no"', "upstream: none"],
    {
      send: { headers: [["content-type", "application/grpc-web"]] },
    },
  ),
];

const closing: readonly Case[] = [
  {
    says: "close_stream breaks the request off: no response",
    program: { requestHeaders: { calls: [["proxy_close_stream", 0]], returns: 0 } },
    mayBreak: true,
    expect: ["requestHeaders(1)", "requestHeaders: close_stream -> Ok", "no response"],
  },
  {
    says: "close_stream of the response breaks it off",
    program: { responseHeaders: [["proxy_close_stream", 1]] },
    mayBreak: true,
    expect: ["responseHeaders(0)", "responseHeaders: close_stream -> Ok", "no response"],
  },
];

const CALLED = "requestHeaders: http_call -> Ok";
const ANSWERED = "callResponse(4)";
const RESUMED_TWICE = [
  "requestHeaders(0)",
  CALLED,
  ANSWERED,
  "callResponse: set_effective_context -> Ok",
  "callResponse: continue_stream -> Ok",
  "callResponse: continue_stream -> Ok",
];

/** A request that waits for the answer of a call, which lets it go on after `calls`. */
const awaiting = (
  says: string,
  calls: readonly Call[],
  results: readonly string[],
  more: Partial<Case> = {},
): Case => ({
  says: `call: ${says}`,
  program: {
    requestHeaders: { calls: [call("auth")], returns: PAUSE },
    callResponse: [effective, ...calls, resume(0)],
  },
  observe: ["status"],
  ...more,
  expect: [
    "requestHeaders(1)",
    CALLED,
    ANSWERED,
    "callResponse: set_effective_context -> Ok",
    ...results.map((text) => `callResponse: ${text}`),
    "callResponse: continue_stream -> Ok",
    "status: 200",
  ],
});

const refused = (says: string, calls: readonly Call[]): Case => ({
  says: `call: ${says}: BadArgument`,
  program: { requestHeaders: calls },
  expect: ["requestHeaders(1)", ...calls.map(() => "requestHeaders: http_call -> BadArgument")],
});

const calls: readonly Case[] = [
  awaiting(
    "its answer has headers and a body",
    [get(6, ":status"), ["proxy_get_buffer_bytes", 4, 0, 100, BYTES]],
    ['get_header_map_value -> Ok "200"', 'get_buffer_bytes -> Ok "auth"'],
  ),
  awaiting(
    "its answer cannot be changed",
    [
      ["proxy_add_header_map_value", 6, "x", "1"],
      ["proxy_set_buffer_bytes", 4, 0, 0, "x"],
    ],
    ["add_header_map_value -> BadArgument", "set_buffer_bytes -> BadArgument"],
  ),
  awaiting(
    "the headers of the waiting request can be read and written",
    [get(0, ":path"), ["proxy_replace_header_map_value", 0, "x-from-call", "1"]],
    ['get_header_map_value -> Ok "/"', "replace_header_map_value -> Ok"],
  ),
  awaiting(
    "the request's maps of other phases are not there",
    [get(2, ":status"), get(1, "x")],
    ["get_header_map_value -> BadArgument null", "get_header_map_value -> BadArgument null"],
  ),
  {
    says: "call: a reply from its answer",
    program: {
      requestHeaders: { calls: [call("auth")], returns: PAUSE },
      callResponse: [effective, reply(403, "denied")],
      responseHeaders: [],
    },
    observe: ["status", "body", "upstream"],
    expect: [
      "requestHeaders(1)",
      CALLED,
      ANSWERED,
      "callResponse: set_effective_context -> Ok",
      "callResponse: send_local_response -> Ok",
      "responseHeaders(0)",
      "status: 403",
      'body: "denied"',
      "upstream: none",
    ],
  },
  {
    says: "call: its answer comes in the root's context, where request headers are not there",
    program: {
      requestHeaders: { calls: [call("auth")], returns: PAUSE },
      callResponse: [get(0, ":path"), effective, resume(0)],
    },
    expect: [
      "requestHeaders(1)",
      CALLED,
      ANSWERED,
      "callResponse: get_header_map_value -> BadArgument null",
      "callResponse: set_effective_context -> Ok",
      "callResponse: continue_stream -> Ok",
    ],
  },
  refused("to an unknown cluster", [call("nowhere"), call("")]),
  refused("without :path", [call("auth", pairs([":method", "GET"], [":authority", "a"]))]),
  refused("without :method", [call("auth", pairs([":path", "/"], [":authority", "a"]))]),
  refused("without :authority", [call("auth", pairs([":method", "GET"], [":path", "/"]))]),
  refused("with headers that are no list", [call("auth", Buffer.from("nonsense"))]),
  refused("with a negative time-out", [call("auth", CALL_HEADERS, -1)]),
  {
    says: "call: host stands for :authority",
    program: {
      requestHeaders: {
        calls: [call("auth", pairs([":method", "GET"], [":path", "/"], ["host", "a"]))],
        returns: PAUSE,
      },
      callResponse: [effective, resume(0)],
    },
    expect: [
      "requestHeaders(1)",
      CALLED,
      ANSWERED,
      "callResponse: set_effective_context -> Ok",
      "callResponse: continue_stream -> Ok",
    ],
  },
];

const pausing: readonly Case[] = [
  {
    says: "pause: in the response's headers, until a call is answered",
    program: {
      responseHeaders: { calls: [call("auth")], returns: PAUSE },
      callResponse: [
        effective,
        get(2, ":status"),
        ["proxy_add_header_map_value", 2, "x-late", "1"],
        resume(1),
      ],
    },
    observe: ["status", "header x-late"],
    expect: [
      "responseHeaders(0)",
      "responseHeaders: http_call -> Ok",
      ANSWERED,
      "callResponse: set_effective_context -> Ok",
      'callResponse: get_header_map_value -> Ok "200"',
      "callResponse: add_header_map_value -> Ok",
      "callResponse: continue_stream -> Ok",
      "status: 200",
      'header x-late: "1"',
    ],
  },
  {
    says: "pause: a paused request's body waits with it",
    program: {
      requestHeaders: { calls: [call("auth")], returns: PAUSE },
      requestBody: [],
      callResponse: [effective, resume(0)],
    },
    send: { method: "POST", body: "hello" },
    observe: ["upstream body"],
    expect: [
      "requestHeaders(0)",
      CALLED,
      ANSWERED,
      "callResponse: set_effective_context -> Ok",
      "callResponse: continue_stream -> Ok",
      "requestBody(5, 1)",
      'upstream body: "hello"',
    ],
  },
  {
    says: "pause: the stream is gone when the call is answered",
    program: { requestHeaders: [call("auth"), reply(403)], callResponse: [effective, resume(0)] },
    observe: ["status", "upstream"],
    expect: [
      "requestHeaders(1)",
      "requestHeaders: http_call -> Ok",
      "requestHeaders: send_local_response -> Ok",
      ANSWERED,
      "callResponse: set_effective_context -> BadArgument",
      "callResponse: continue_stream -> Ok",
      "status: 403",
      "upstream: none",
    ],
  },
  {
    says: "pause: resumed twice, harmless",
    program: {
      requestHeaders: { calls: [call("auth")], returns: PAUSE },
      callResponse: [effective, resume(0), resume(0)],
    },
    observe: ["status"],
    expect: [
      "requestHeaders(1)",
      CALLED,
      ANSWERED,
      "callResponse: set_effective_context -> Ok",
      "callResponse: continue_stream -> Ok",
      "callResponse: continue_stream -> Ok",
      "status: 200",
    ],
  },
  {
    says: "pause: resumed twice before a body and trailers, their end is sent twice",
    program: {
      requestHeaders: { calls: [call("auth")], returns: PAUSE },
      callResponse: [effective, resume(0), resume(0)],
    },
    send: { method: "POST", body: "hello", trailers: { "x-t": "1" } },
    observe: ["status"],
    expect: [...RESUMED_TWICE, "status: 400"],
    emulator: { differs: "HTTP", expect: [...RESUMED_TWICE, "status: 200"] },
  },
  {
    says: "pause: once resumed, the request's headers are gone",
    program: {
      requestHeaders: { calls: [call("auth")], returns: PAUSE },
      callResponse: [effective, resume(0), get(0, ":path")],
    },
    expect: [
      "requestHeaders(1)",
      CALLED,
      ANSWERED,
      "callResponse: set_effective_context -> Ok",
      "callResponse: continue_stream -> Ok",
      "callResponse: get_header_map_value -> BadArgument null",
    ],
  },
  ...[2].map((value): Case => ({
    says: `pause: ${value} from the request's headers lets it go on`,
    program: { requestHeaders: { calls: [], returns: value } },
    observe: ["status"],
    expect: ["requestHeaders(1)", "status: 200"],
  })),
  ...[3, 4, 7, -1].map((value): Case => ({
    says: `pause: ${value} from the request's headers stops it like 1`,
    program: {
      requestHeaders: { calls: [call("auth")], returns: value },
      callResponse: [effective, resume(0)],
    },
    observe: ["status"],
    expect: [
      "requestHeaders(1)",
      CALLED,
      ANSWERED,
      "callResponse: set_effective_context -> Ok",
      "callResponse: continue_stream -> Ok",
      "status: 200",
    ],
  })),
];

const routing: readonly Case[] = [
  {
    says: "route: a written header routes anew",
    program: {
      requestHeaders: [
        property("xds", "cluster_name"),
        ["proxy_replace_header_map_value", 0, "x-canary", "1"],
      ],
      responseHeaders: [property("xds", "cluster_name")],
    },
    observe: ["upstream"],
    expect: [
      "requestHeaders(1)",
      'requestHeaders: get_property -> Ok "stable"',
      "requestHeaders: replace_header_map_value -> Ok",
      "responseHeaders(0)",
      'responseHeaders: get_property -> Ok "canary"',
      "upstream: canary",
    ],
  },
  {
    says: "route: the same from a call's answer",
    program: {
      requestHeaders: { calls: [call("auth")], returns: PAUSE },
      callResponse: [
        effective,
        ["proxy_replace_header_map_value", 0, "x-canary", "1"],
        ["proxy_call_foreign_function", "clear_route_cache", "", BYTES],
        resume(0),
      ],
    },
    observe: ["upstream"],
    expect: [
      "requestHeaders(1)",
      CALLED,
      ANSWERED,
      "callResponse: set_effective_context -> Ok",
      "callResponse: replace_header_map_value -> Ok",
      "callResponse: call_foreign_function -> Ok null",
      "callResponse: continue_stream -> Ok",
      "upstream: canary",
    ],
  },
];

/** How a stream runs. */
export const flow: Topic = {
  name: "flow",
  routes: [
    { name: "canary", match: { prefix: "/", headers: { "x-canary": "1" } }, cluster: "canary" },
    { name: "auth", match: { prefix: "/auth" }, cluster: "auth" },
    { name: "stable", match: { prefix: "/" }, cluster: "stable" },
  ],
  cases: [...order, ...replies, ...closing, ...calls, ...pausing, ...routing],
};
