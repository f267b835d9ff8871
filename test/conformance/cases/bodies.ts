/** Bodies: what is readable when, buffering, replacing, what each return value does. */
import type { Case, Topic } from "../case.ts";
import { BYTES, type Call, U32 } from "../probe/index.ts";

const REQUEST = 0;
const RESPONSE = 1;
const END = 0xffffffff;

const read = (buffer: number, start = 0, length = END): Call => [
  "proxy_get_buffer_bytes",
  buffer,
  start,
  length,
  BYTES,
];
const write = (buffer: number, start: number, length: number, bytes: string): Call => [
  "proxy_set_buffer_bytes",
  buffer,
  start,
  length,
  bytes,
];
const status = (buffer: number): Call => ["proxy_get_buffer_status", buffer, U32, U32];
const removeLength = (map: number): Call => ["proxy_remove_header_map_value", map, "content-length"];
const post = (body: string) => ({ method: "POST", body });

const BUFFER = 1;
const DROP = 3;

/** A POST of "hello" whose body is in one piece before the hook that plays `calls`. */
const onBuffered = (
  says: string,
  calls: readonly Call[],
  results: readonly string[],
  upstreamBody: string,
): Case => ({
  says,
  program: {
    requestHeaders: [removeLength(0)],
    requestBody: { calls, returns: BUFFER, returnsAtEnd: 0 },
  },
  send: post("hello"),
  observe: ["upstream body"],
  expect: [
    "requestHeaders(0)",
    "requestHeaders: remove_header_map_value -> Ok",
    "requestBody(5, 0)",
    ...results.map((text) => `requestBody: ${text}`),
    "requestBody(5, 1)",
    ...results.map((text) => `requestBody: ${text}`),
    `upstream body: ${JSON.stringify(upstreamBody)}`,
  ],
});

const shapes: readonly Case[] = [
  {
    says: "a request without a body has the end of stream with its headers, and no body hook",
    program: { requestHeaders: [], requestBody: [] },
    expect: ["requestHeaders(1)"],
  },
  {
    says: "over HTTP/1.1 the end of a body comes by itself, without bytes",
    program: { requestHeaders: [], requestBody: [] },
    send: post("hello"),
    expect: ["requestHeaders(0)", "requestBody(5, 0)", "requestBody(0, 1)"],
  },
  {
    says: "with trailers no body hook has the end of stream",
    program: { requestBody: [], requestTrailers: [] },
    send: { ...post("hello"), trailers: { "x-t": "1" } },
    expect: ["requestBody(5, 0)", "requestTrailers()"],
  },
  {
    says: "the end of a response body comes by itself, without bytes",
    program: { responseHeaders: [], responseBody: [] },
    upstream: { body: "hi" },
    expect: ["responseHeaders(0)", "responseBody(2, 0)", "responseBody(0, 1)"],
  },
  {
    says: "the answer to HEAD ends with its headers",
    program: { responseHeaders: [], responseBody: [] },
    send: { method: "HEAD" },
    upstream: { body: "" },
    expect: ["responseHeaders(1)"],
  },
  {
    says: "204 ends with its headers",
    program: { responseHeaders: [], responseBody: [] },
    upstream: { status: 204, body: "" },
    expect: ["responseHeaders(1)"],
  },
  {
    says: "a response of no bytes ends with its headers",
    program: { responseHeaders: [], responseBody: [] },
    upstream: { body: "", headers: { "content-length": "0" } },
    expect: ["responseHeaders(1)"],
  },
];

const reading: readonly Case[] = [
  {
    says: "in the headers hook there is no body yet: Ok and nothing",
    program: { requestHeaders: [read(REQUEST), status(REQUEST)] },
    send: post("hello"),
    expect: [
      "requestHeaders(0)",
      "requestHeaders: get_buffer_bytes -> Ok null",
      "requestHeaders: get_buffer_status -> Ok 0 0",
    ],
  },
  {
    says: "in the headers hook a body cannot be written: BadArgument",
    program: { requestHeaders: [write(REQUEST, 0, END, "x")] },
    send: post("hello"),
    expect: ["requestHeaders(0)", "requestHeaders: set_buffer_bytes -> BadArgument"],
  },
  {
    says: "a chunk can be read in its hook, whole or in part; a start beyond it gives nothing",
    program: {
      requestBody: [
        status(REQUEST),
        read(REQUEST),
        read(REQUEST, 1, 3),
        read(REQUEST, 3, 100),
        read(REQUEST, 5, 1),
        read(REQUEST, 99, 1),
      ],
    },
    send: { ...post("hello"), trailers: { "x-t": "1" } },
    expect: [
      "requestBody(5, 0)",
      "requestBody: get_buffer_status -> Ok 5 0",
      'requestBody: get_buffer_bytes -> Ok "hello"',
      'requestBody: get_buffer_bytes -> Ok "ell"',
      'requestBody: get_buffer_bytes -> Ok "lo"',
      "requestBody: get_buffer_bytes -> Ok null",
      "requestBody: get_buffer_bytes -> Ok null",
    ],
  },
  {
    says: "start + length beyond 2^32 is cut to what is there",
    program: { requestBody: [read(REQUEST, 1, END), read(REQUEST, 4, 0xfffffffe)] },
    send: { ...post("hello"), trailers: { "x-t": "1" } },
    expect: [
      "requestBody(5, 0)",
      'requestBody: get_buffer_bytes -> Ok "ello"',
      'requestBody: get_buffer_bytes -> Ok "o"',
    ],
  },
  {
    says: "buffer 9 does not exist: BadArgument",
    program: { requestHeaders: [read(9), status(9), write(9, 0, 0, "x")] },
    expect: [
      "requestHeaders(1)",
      "requestHeaders: get_buffer_bytes -> BadArgument null",
      "requestHeaders: get_buffer_status -> BadArgument 0 0",
      "requestHeaders: set_buffer_bytes -> BadArgument",
    ],
  },
  {
    says: "the answer of a call is not there outside its hook: NotFound",
    program: { requestHeaders: [read(4), status(4)] },
    expect: [
      "requestHeaders(1)",
      "requestHeaders: get_buffer_bytes -> NotFound null",
      "requestHeaders: get_buffer_status -> NotFound 0 0",
    ],
  },
  {
    says: "a gRPC message that is not there: Ok and nothing",
    program: { requestHeaders: [read(5), status(5)] },
    expect: [
      "requestHeaders(1)",
      "requestHeaders: get_buffer_bytes -> Ok null",
      "requestHeaders: get_buffer_status -> Ok 0 0",
    ],
  },
  {
    says: "the plugin's configuration is not there outside configure: NotFound",
    program: { requestHeaders: [read(7), status(7), write(7, 0, 0, "x")] },
    expect: [
      "requestHeaders(1)",
      "requestHeaders: get_buffer_bytes -> NotFound null",
      "requestHeaders: get_buffer_status -> NotFound 0 0",
      "requestHeaders: set_buffer_bytes -> NotFound",
    ],
  },
  {
    says: "the VM's configuration can always be read, and not be written",
    program: { requestHeaders: [read(6), write(6, 0, 0, "x")] },
    expect: [
      "requestHeaders(1)",
      "requestHeaders: get_buffer_bytes -> Ok null",
      "requestHeaders: set_buffer_bytes -> BadArgument",
    ],
  },
  {
    says: "the bytes of TCP connections are not there in HTTP: Ok and nothing",
    program: { requestHeaders: [read(2), read(3)] },
    expect: [
      "requestHeaders(1)",
      "requestHeaders: get_buffer_bytes -> Ok null",
      "requestHeaders: get_buffer_bytes -> Ok null",
    ],
  },
];

const writing: readonly Case[] = [
  onBuffered(
    "a buffered body comes whole, with its end",
    [read(REQUEST)],
    ['get_buffer_bytes -> Ok "hello"'],
    "hello",
  ),
  {
    says: "start 0 with the length of the body replaces it",
    program: {
      requestHeaders: [removeLength(0)],
      requestBody: { calls: [write(REQUEST, 0, END, "bye"), read(REQUEST)] },
    },
    send: { ...post("hello"), trailers: { "x-t": "1" } },
    observe: ["upstream body"],
    expect: [
      "requestHeaders(0)",
      "requestHeaders: remove_header_map_value -> Ok",
      "requestBody(5, 0)",
      "requestBody: set_buffer_bytes -> Ok",
      'requestBody: get_buffer_bytes -> Ok "bye"',
      'upstream body: "bye"',
    ],
  },
  ...(
    [
      ["start 0 and length 0 puts bytes before it", 0, 0, "> ", "Ok", "> hello"],
      ["start 0 and a length takes that many bytes away", 0, 2, "", "Ok", "llo"],
      ["start 0 and a length puts bytes in their place", 0, 2, "J", "Ok", "Jllo"],
      ["a start beyond the end appends", END, 0, "!", "Ok", "hello!"],
      ["a start at the end appends", 5, 0, "!", "Ok", "hello!"],
      ["a start in the middle is BadArgument", 2, 1, "x", "BadArgument", "hello"],
    ] as const
  ).map(([says, start, length, bytes, result, body]): Case => ({
    says: `writing: ${says}`,
    program: { requestHeaders: [removeLength(0)], requestBody: [write(REQUEST, start, length, bytes)] },
    send: { ...post("hello"), trailers: { "x-t": "1" } },
    observe: ["upstream body"],
    expect: [
      "requestHeaders(0)",
      "requestHeaders: remove_header_map_value -> Ok",
      "requestBody(5, 0)",
      `requestBody: set_buffer_bytes -> ${result}`,
      `upstream body: ${JSON.stringify(body)}`,
    ],
  })),
  {
    says: "a response body is replaced as a whole",
    program: {
      responseHeaders: [removeLength(2)],
      responseBody: { calls: [write(RESPONSE, 0, END, "new")], returns: BUFFER, returnsAtEnd: 0 },
    },
    upstream: { body: "old body" },
    observe: ["body"],
    expect: [
      "responseHeaders(0)",
      "responseHeaders: remove_header_map_value -> Ok",
      "responseBody(8, 0)",
      "responseBody: set_buffer_bytes -> Ok",
      "responseBody(3, 1)",
      "responseBody: set_buffer_bytes -> Ok",
      'body: "new"',
    ],
  },
  {
    says: "return 3 drops the chunk",
    program: {
      requestHeaders: [removeLength(0)],
      requestBody: { calls: [], returns: DROP, returnsAtEnd: 0 },
    },
    send: post("hello"),
    observe: ["upstream body"],
    expect: [
      "requestHeaders(0)",
      "requestHeaders: remove_header_map_value -> Ok",
      "requestBody(5, 0)",
      "requestBody(0, 1)",
      'upstream body: ""',
    ],
  },
  {
    says: "a buffered body can be replaced in the hook of the trailers",
    program: {
      requestHeaders: [removeLength(0)],
      requestBody: { returns: BUFFER },
      requestTrailers: [read(REQUEST), write(REQUEST, 0, END, "bye")],
    },
    send: { ...post("hello"), trailers: { "x-t": "1" } },
    observe: ["upstream body", "upstream trailer x-t"],
    expect: [
      "requestHeaders(0)",
      "requestHeaders: remove_header_map_value -> Ok",
      "requestBody(5, 0)",
      "requestTrailers()",
      'requestTrailers: get_buffer_bytes -> Ok "hello"',
      "requestTrailers: set_buffer_bytes -> Ok",
      'upstream body: "bye"',
      'upstream trailer x-t: "1"',
    ],
  },
  {
    says: "trailers can be added with the end of a request body",
    program: {
      requestHeaders: [removeLength(0)],
      requestBody: { calls: [["proxy_add_header_map_value", 1, "x-new", "1"]] },
    },
    send: post("hello"),
    observe: ["upstream trailer x-new"],
    expect: [
      "requestHeaders(0)",
      "requestHeaders: remove_header_map_value -> Ok",
      "requestBody(5, 0)",
      "requestBody: add_header_map_value -> BadArgument",
      "requestBody(0, 1)",
      "requestBody: add_header_map_value -> Ok",
      'upstream trailer x-new: "1"',
    ],
  },
];

const tooLarge = "x".repeat(1_200_000);

const limits: readonly Case[] = [
  {
    says: "a request body above the buffer limit that is buffered is answered with 413",
    program: {
      requestBody: { returns: BUFFER, returnsAtEnd: 0 },
      log: [["proxy_get_property", "response\0code_details", BYTES]],
    },
    send: post(tooLarge),
    quiet: ["requestBody"],
    observe: ["status", "upstream"],
    expect: ["log()", 'log: get_property -> Ok "request_payload_too_large"', "status: 413", "upstream: none"],
  },
];

/** Bodies. */
export const bodies: Topic = {
  name: "bodies",
  cases: [...shapes, ...reading, ...writing, ...limits],
};
