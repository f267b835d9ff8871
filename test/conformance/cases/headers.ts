/** Header maps: reading, writing, what Envoy does with names, repeated values and maps that are not there. */
import type { Case, Topic } from "../case.ts";
import { BYTES, type Call, U32 } from "../probe/index.ts";

const get = (map: number, name: string): Call => ["proxy_get_header_map_value", map, name, BYTES];
const add = (map: number, name: string, value: string): Call => [
  "proxy_add_header_map_value",
  map,
  name,
  value,
];
const replace = (map: number, name: string, value: string): Call => [
  "proxy_replace_header_map_value",
  map,
  name,
  value,
];
const remove = (map: number, name: string): Call => ["proxy_remove_header_map_value", map, name];

const REQUEST = 0;
const REQUEST_TRAILERS = 1;
const RESPONSE = 2;
const RESPONSE_TRAILERS = 3;

const onRequest = (
  says: string,
  calls: readonly Call[],
  results: readonly string[],
  more: Partial<Case> = {},
): Case => ({
  says,
  program: { requestHeaders: calls },
  ...more,
  expect: [
    "requestHeaders(1)",
    ...results.map((text) => (text.includes(": ") ? text : `requestHeaders: ${text}`)),
  ],
});

const reading: readonly Case[] = [
  onRequest(
    "a header that is absent is NotFound",
    [get(REQUEST, "x-none")],
    ["get_header_map_value -> NotFound null"],
  ),
  onRequest("an empty name is NotFound", [get(REQUEST, "")], ["get_header_map_value -> NotFound null"]),
  onRequest(
    "an empty value is Ok without memory",
    [get(REQUEST, "x-empty")],
    ["get_header_map_value -> Ok null"],
    {
      send: { headers: [["x-empty", ""]] },
    },
  ),
  onRequest(
    "names are compared without case",
    [get(REQUEST, "X-Mixed")],
    ['get_header_map_value -> Ok "1"'],
    {
      send: { headers: [["x-mIXed", "1"]] },
    },
  ),
  onRequest(
    "of repeated headers the first value is read",
    [get(REQUEST, "x-two")],
    ['get_header_map_value -> Ok "a"'],
    {
      send: {
        headers: [
          ["x-two", "a"],
          ["x-two", "b"],
        ],
      },
    },
  ),
  onRequest("map 8 does not exist: BadArgument", [get(8, "x")], ["get_header_map_value -> BadArgument null"]),
  onRequest("host reads :authority", [get(REQUEST, "host")], ['get_header_map_value -> Ok "example.test"']),
  onRequest(
    "pseudo headers can be read: :method",
    [get(REQUEST, ":method")],
    ['get_header_map_value -> Ok "GET"'],
  ),
  onRequest(
    "pseudo headers can be read: :path",
    [get(REQUEST, ":path")],
    ['get_header_map_value -> Ok "/a?b=c"'],
    {
      send: { path: "/a?b=c" },
    },
  ),
  onRequest(
    "pseudo headers can be read: :scheme",
    [get(REQUEST, ":scheme")],
    ['get_header_map_value -> Ok "http"'],
  ),
  ...(
    [
      [REQUEST_TRAILERS, "request trailers"],
      [RESPONSE, "response headers"],
      [RESPONSE_TRAILERS, "response trailers"],
      [6, "headers of a call's answer"],
      [7, "trailers of a call's answer"],
      [4, "initial metadata of a gRPC call"],
      [5, "trailing metadata of a gRPC call"],
    ] as const
  ).flatMap(([map, what]) => [
    onRequest(
      `${what} are not there with the request headers: BadArgument`,
      [get(map, "x")],
      ["get_header_map_value -> BadArgument null"],
    ),
    onRequest(
      `${what} as pairs when they are not there: Ok and nothing`,
      [["proxy_get_header_map_pairs", map, BYTES]],
      ["get_header_map_pairs -> Ok null"],
    ),
    onRequest(
      `${what} have no size when they are not there: BadArgument`,
      [["proxy_get_header_map_size", map, U32]],
      ["get_header_map_size -> BadArgument 0"],
    ),
    onRequest(
      `${what} cannot be written when they are not there: BadArgument`,
      [add(map, "x-a", "1"), replace(map, "x-a", "1"), remove(map, "x-a")],
      [
        "add_header_map_value -> BadArgument",
        "replace_header_map_value -> BadArgument",
        "remove_header_map_value -> BadArgument",
      ],
    ),
  ]),
  onRequest(
    "pairs of a map that does not exist: BadArgument",
    [["proxy_get_header_map_pairs", 9, BYTES]],
    ["get_header_map_pairs -> BadArgument null"],
  ),
];

const writing: readonly Case[] = [
  onRequest(
    "add appends an entry of its own",
    [add(REQUEST, "x-a", "2"), get(REQUEST, "x-a")],
    ["add_header_map_value -> Ok", 'get_header_map_value -> Ok "1"', 'upstream header x-a: "1" "2"'],
    { send: { headers: [["x-a", "1"]] }, observe: ["upstream header x-a"] },
  ),
  onRequest(
    "replace collapses all values into one",
    [replace(REQUEST, "x-a", "3"), get(REQUEST, "x-a")],
    ["replace_header_map_value -> Ok", 'get_header_map_value -> Ok "3"', 'upstream header x-a: "3"'],
    {
      send: {
        headers: [
          ["x-a", "1"],
          ["x-a", "2"],
        ],
      },
      observe: ["upstream header x-a"],
    },
  ),
  onRequest(
    "replace adds what is not there",
    [replace(REQUEST, "x-new", "1")],
    ["replace_header_map_value -> Ok", 'upstream header x-new: "1"'],
    { observe: ["upstream header x-new"] },
  ),
  onRequest(
    "remove takes all values",
    [remove(REQUEST, "x-a"), get(REQUEST, "x-a")],
    ["remove_header_map_value -> Ok", "get_header_map_value -> NotFound null", "upstream header x-a: absent"],
    {
      send: {
        headers: [
          ["x-a", "1"],
          ["x-a", "2"],
        ],
      },
      observe: ["upstream header x-a"],
    },
  ),
  onRequest(
    "removing what is not there is Ok",
    [remove(REQUEST, "x-none")],
    ["remove_header_map_value -> Ok"],
  ),
  onRequest(
    "an empty value is kept and sent on",
    [replace(REQUEST, "x-e", "")],
    ["replace_header_map_value -> Ok", 'upstream header x-e: ""'],
    { observe: ["upstream header x-e"] },
  ),
  onRequest(
    "names are written in lower case",
    [add(REQUEST, "X-Upper", "1"), get(REQUEST, "x-upper")],
    ["add_header_map_value -> Ok", 'get_header_map_value -> Ok "1"', 'upstream header x-upper: "1"'],
    { observe: ["upstream header x-upper"] },
  ),
  onRequest(
    "add on :path joins with a comma",
    [add(REQUEST, ":path", "/b"), get(REQUEST, ":path")],
    ["add_header_map_value -> Ok", 'get_header_map_value -> Ok "/p?q=1,/b"', "upstream path: /p?q=1,/b"],
    { send: { path: "/p?q=1" }, observe: ["upstream path"] },
  ),
  onRequest(
    "add on host joins :authority with a comma",
    [add(REQUEST, "host", "b"), get(REQUEST, ":authority")],
    ["add_header_map_value -> Ok", 'get_header_map_value -> Ok "example.test,b"'],
  ),
  onRequest(
    "replace of :path reaches the upstream",
    [replace(REQUEST, ":path", "/new")],
    ["replace_header_map_value -> Ok", "upstream path: /new"],
    { observe: ["upstream path"] },
  ),
  onRequest(
    "bytes above 0x7f pass",
    [replace(REQUEST, "x-obs", "caf\xe9")],
    ["replace_header_map_value -> Ok", 'upstream header x-obs: "caf\xe9"'],
    { observe: ["upstream header x-obs"] },
  ),
  onRequest(
    "CR LF in a request header is accepted, and the request fails with 503",
    [replace(REQUEST, "x-bad", "a\r\nx-b: 1")],
    ["replace_header_map_value -> Ok", "status: 503", "upstream: none"],
    { observe: ["status", "upstream"] },
  ),
  onRequest(
    "NUL in a request header is accepted, and the request fails with 503",
    [replace(REQUEST, "x-bad", "a\0b")],
    ["replace_header_map_value -> Ok", "status: 503", "upstream: none"],
    { observe: ["status", "upstream"] },
  ),
  onRequest(
    "a name with a space is accepted, and the request fails with 503",
    [replace(REQUEST, "x bad", "1")],
    ["replace_header_map_value -> Ok", "status: 503", "upstream: none"],
    { observe: ["status", "upstream"] },
  ),
  onRequest(
    "without :method the request fails with 503",
    [remove(REQUEST, ":method")],
    ["remove_header_map_value -> Ok", "status: 503"],
    { observe: ["status"] },
  ),
  onRequest(
    "without :path no route is found: 404",
    [remove(REQUEST, ":path")],
    ["remove_header_map_value -> Ok", "status: 404"],
    { observe: ["status"] },
  ),
  onRequest(
    "without x-forwarded-proto no route is found: 404",
    [remove(REQUEST, "x-forwarded-proto")],
    ["remove_header_map_value -> Ok", "status: 404"],
    { observe: ["status"] },
  ),
  onRequest(
    "set_pairs of garbage is Ok and empties the map: 404",
    [["proxy_set_header_map_pairs", REQUEST, "garbage"], get(REQUEST, ":path")],
    ["set_header_map_pairs -> Ok", "get_header_map_value -> NotFound null", "status: 404"],
    { observe: ["status"] },
  ),
  onRequest(
    "set_pairs of nothing is Ok and empties the map: 404",
    [["proxy_set_header_map_pairs", REQUEST, ""]],
    ["set_header_map_pairs -> Ok", "status: 404"],
    { observe: ["status"] },
  ),
  onRequest(
    "set_pairs of a map that does not exist: BadArgument",
    [["proxy_set_header_map_pairs", 99, ""]],
    ["set_header_map_pairs -> BadArgument"],
  ),
  onRequest(
    "a pointer beyond memory is InvalidMemoryAccess",
    [
      ["proxy_get_header_map_value", REQUEST, 0xfffffff0, 4, BYTES],
      ["proxy_get_header_map_value", REQUEST, "x-a", 0xfffffff0, 0xfffffff4],
      ["proxy_replace_header_map_value", REQUEST, "x-a", 0xfffffff0, 4],
    ],
    [
      "get_header_map_value -> InvalidMemoryAccess null",
      "get_header_map_value -> InvalidMemoryAccess",
      "replace_header_map_value -> InvalidMemoryAccess",
    ],
    { send: { headers: [["x-a", "1"]] } },
  ),
];

const response = (
  says: string,
  calls: readonly Call[],
  results: readonly string[],
  more: Partial<Case> = {},
): Case => ({
  says,
  program: { responseHeaders: calls },
  ...more,
  expect: [
    "responseHeaders(0)",
    ...results.map((text) => (text.includes(": ") ? text : `responseHeaders: ${text}`)),
  ],
});

const responses: readonly Case[] = [
  response(":status can be read", [get(RESPONSE, ":status")], ['get_header_map_value -> Ok "201"'], {
    upstream: { status: 201 },
  }),
  response(
    ":status can be replaced",
    [replace(RESPONSE, ":status", "418")],
    ["replace_header_map_value -> Ok", "status: 418"],
    {
      observe: ["status"],
    },
  ),
  response(
    "a response without :status is a 502",
    [remove(RESPONSE, ":status")],
    ["remove_header_map_value -> Ok", "status: 502"],
    {
      observe: ["status"],
    },
  ),
  response(
    "request headers are gone with the response headers",
    [get(REQUEST, ":path"), replace(REQUEST, "x-a", "1")],
    ["get_header_map_value -> BadArgument null", "replace_header_map_value -> BadArgument"],
  ),
  response(
    "added values stand beside those of the upstream",
    [add(RESPONSE, "x-r", "2")],
    ["add_header_map_value -> Ok", 'header x-r: "1" "2"'],
    { upstream: { headers: { "x-r": "1" } }, observe: ["header x-r"] },
  ),
  response(
    "removed headers do not reach the client",
    [remove(RESPONSE, "x-r")],
    ["remove_header_map_value -> Ok", "header x-r: absent"],
    { upstream: { headers: { "x-r": "1" } }, observe: ["header x-r"] },
  ),
];

const trailers: readonly Case[] = [
  {
    says: "request trailers can be read and written in their hook",
    program: {
      requestTrailers: [
        get(REQUEST_TRAILERS, "x-t"),
        replace(REQUEST_TRAILERS, "x-t", "2"),
        add(REQUEST_TRAILERS, "x-u", "3"),
      ],
    },
    send: { method: "POST", body: "hello", trailers: { "x-t": "1" } },
    observe: ["upstream trailer x-t", "upstream trailer x-u"],
    expect: [
      "requestTrailers()",
      'requestTrailers: get_header_map_value -> Ok "1"',
      "requestTrailers: replace_header_map_value -> Ok",
      "requestTrailers: add_header_map_value -> Ok",
      'upstream trailer x-t: "2"',
      'upstream trailer x-u: "3"',
    ],
  },
  {
    says: "request headers are gone in the hook of the trailers",
    program: { requestTrailers: [get(REQUEST, ":path")] },
    send: { method: "POST", body: "hello", trailers: { "x-t": "1" } },
    expect: ["requestTrailers()", "requestTrailers: get_header_map_value -> BadArgument null"],
  },
  {
    says: "response trailers can be read and written in their hook",
    program: { responseTrailers: [get(RESPONSE_TRAILERS, "x-t"), replace(RESPONSE_TRAILERS, "x-t", "2")] },
    upstream: { body: Buffer.from("b"), trailers: [["x-t", "1"]] },
    observe: ["trailer x-t"],
    expect: [
      "responseTrailers()",
      'responseTrailers: get_header_map_value -> Ok "1"',
      "responseTrailers: replace_header_map_value -> Ok",
      'trailer x-t: "2"',
    ],
  },
];

const inLog: readonly Case[] = [
  {
    says: "all four maps can be read in on_log",
    program: {
      log: [
        get(REQUEST, ":path"),
        get(RESPONSE, ":status"),
        get(REQUEST_TRAILERS, "x"),
        get(RESPONSE_TRAILERS, "x"),
      ],
    },
    expect: [
      "log()",
      'log: get_header_map_value -> Ok "/"',
      'log: get_header_map_value -> Ok "200"',
      "log: get_header_map_value -> NotFound null",
      "log: get_header_map_value -> NotFound null",
    ],
  },
  {
    says: "no map can be written in on_log",
    program: { log: [add(REQUEST, "x", "1"), replace(RESPONSE, "x", "1"), remove(RESPONSE, "x")] },
    expect: [
      "log()",
      "log: add_header_map_value -> BadArgument",
      "log: replace_header_map_value -> BadArgument",
      "log: remove_header_map_value -> BadArgument",
    ],
  },
  {
    says: "a map has no size in on_log",
    program: { log: [["proxy_get_header_map_size", REQUEST, U32]] },
    expect: ["log()", "log: get_header_map_size -> BadArgument 0"],
  },
];

/** Header maps. */
export const headers: Topic = {
  name: "header maps",
  cases: [...reading, ...writing, ...responses, ...trailers, ...inLog],
};
