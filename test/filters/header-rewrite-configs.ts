/** Rules in a configuration; what stands in it is JSON and may be wrong on purpose. */
type Rules = readonly unknown[];

/** A configuration that must be refused: why, where (JSON Pointer), and how the error goes on. */
export interface Refusal {
  readonly config: unknown;
  readonly pointer: string;
  readonly message: string;
}

const request = (...rules: Rules): unknown => ({ request: rules });
const set = (name: unknown, value: unknown): unknown => ({ set: { name, value } });
const NOT_A_NAME = "a header name in lower case (RFC 9110 section 5.1)";
const PROTECTED = "a header that is not for routing, framing or the connection";
const SYSTEM = 'no x-envoy-*, x-forwarded-* or forwarded header without "allow_system": true';
const ONE_VERB = 'an object with exactly one of "set", "append", "add_if_absent", "remove"';
const ONE_PATTERN = 'an object with exactly one of "name", "prefix", "suffix"';

const protectedNames = [
  ...["host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer"],
  ...["keep-alive", "proxy-connection"],
];
const systemNames = ["x-envoy-retry-on", "x-envoy-", "x-forwarded-for", "forwarded"];
const badNames = ["", "X-User", "a b", "a:b", ":path", "ä", "a\u0000", "a\r\nb", "a".repeat(257)];
const badTemplates: Readonly<Record<string, string>> = {
  $: "$$ for a dollar sign that begins no ${...}",
  "5 $ each": "$$ for a dollar sign that begins no ${...}",
  "${": "a } for every ${",
  "${time": "a } for every ${",
  "${time?x": "a } for every ${",
  "${time?${time}}": "a default without ${...}, and with $$ for a dollar sign",
  "${}": "no ${} but request.headers.<name>, request.path",
  "${user}": "no ${user} but request.headers.<name>, request.path",
  "${request.headers.}": 'a header name in lower case instead of ""',
  "${request.headers.:path}": 'a header name in lower case instead of ":path"',
  "${request.headers.X-A}": 'a header name in lower case instead of "X-A"',
  "${request.headers.set-cookie}": "no set-cookie header",
  "${response.status}": "no ${response.status} in a request rule",
  "${response.headers.x}": "no ${response.headers.x} in a request rule",
  "a\r\nx-injected: 1": "a value without control characters",
  "a\u0000": "a value without control characters",
  "a\u007f": "a value without control characters",
};

/** Every way of being wrong that the filter tells apart. */
export const REFUSALS: readonly Refusal[] = [
  { config: "", pointer: "/request", message: 'at least one rule here or in "response"' },
  { config: "[]", pointer: "configuration", message: "a JSON object" },
  { config: "{", pointer: "configuration", message: "a member name in quotes" },
  { config: {}, pointer: "/request", message: 'at least one rule here or in "response"' },
  { config: { request: [] }, pointer: "/request", message: "at least one rule" },
  { config: { response: [] }, pointer: "/response", message: "at least one rule" },
  { config: { request: null }, pointer: "/request", message: "a list" },
  { config: { request: {} }, pointer: "/request", message: "a list" },
  { config: { response: "x" }, pointer: "/response", message: "a list" },
  {
    config: request(...Array.from({ length: 129 }, () => set("x-a", "1"))),
    pointer: "/request",
    message: "a list of at most 128 items",
  },
  {
    config: { request: [set("x-a", "1")], allow_system: "yes" },
    pointer: "/allow_system",
    message: "true or false",
  },
  {
    config: { request: [set("x-a", "1")], respnse: [] },
    pointer: "/respnse",
    message: 'a known one (did you mean "response"?)',
  },
  { config: request(1), pointer: "/request/0", message: "an object" },
  { config: request({}), pointer: "/request/0", message: ONE_VERB },
  { config: request({ rename: {} }), pointer: "/request/0", message: ONE_VERB },
  {
    config: request({ set: { name: "x-a", value: "1" }, append: { name: "x-a", value: "1" } }),
    pointer: "/request/0",
    message: ONE_VERB,
  },
  { config: request({ set: "x-a" }), pointer: "/request/0/set", message: "an object" },
  {
    config: request({ set: { value: "1" } }),
    pointer: "/request/0/set/name",
    message: "a string",
  },
  { config: request({ set: { name: "x-a" } }), pointer: "/request/0/set/value", message: "a string" },
  {
    config: request({ set: { name: "x-a", value: "1", mode: "line" } }),
    pointer: "/request/0/set/mode",
    message: "",
  },
  { config: request(set("x-a", 1)), pointer: "/request/0/set/value", message: "a string" },
  { config: request(set("x-a", null)), pointer: "/request/0/set/value", message: "a string" },
  {
    config: request(set("x-a", "é".repeat(2049))),
    pointer: "/request/0/set/value",
    message: "a string of at most 2048 characters",
  },
  { config: request({ remove: {} }), pointer: "/request/0/remove", message: ONE_PATTERN },
  { config: request({ remove: "x-a" }), pointer: "/request/0/remove", message: "an object" },
  {
    config: request({ remove: { name: "x-a", prefix: "x-" } }),
    pointer: "/request/0/remove",
    message: ONE_PATTERN,
  },
  { config: request({ remove: { regex: "x" } }), pointer: "/request/0/remove", message: ONE_PATTERN },
  {
    config: request({ remove: { prefix: "" } }),
    pointer: "/request/0/remove/prefix",
    message: "a string that is not empty",
  },
  { config: request({ remove: { suffix: "-A" } }), pointer: "/request/0/remove/suffix", message: NOT_A_NAME },
  {
    config: request({ remove: { prefix: "content-length" } }),
    pointer: "/request/0/remove/prefix",
    message: PROTECTED,
  },
  ...["x-envoy", "x-forwarded-", "forwarded"].map((prefix) => ({
    config: request({ remove: { prefix } }),
    pointer: "/request/0/remove/prefix",
    message: SYSTEM,
  })),
  ...badNames.map((name) => ({
    config: { response: [set("x-a", "1"), { append: { name, value: "1" } }] },
    pointer: "/response/1/append/name",
    message:
      name === ""
        ? "a string that is not empty"
        : name.length > 256
          ? "a string of at most 256 bytes"
          : NOT_A_NAME,
  })),
  ...protectedNames.map((name) => ({
    config: request({ remove: { name } }),
    pointer: "/request/0/remove/name",
    message: PROTECTED,
  })),
  ...systemNames.map((name) => ({
    config: { response: [{ add_if_absent: { name, value: "1" } }] },
    pointer: "/response/0/add_if_absent/name",
    message: SYSTEM,
  })),
  ...Object.entries(badTemplates).map(([value, message]) => ({
    config: request(set("x-a", value)),
    pointer: "/request/0/set/value",
    message,
  })),
];

/** Configurations at the edge of what is accepted. */
export const ACCEPTED: readonly unknown[] = [
  request(set("x-a", "")),
  request(set("x-a", "é".repeat(2048))),
  request(set("a".repeat(256), "1")),
  request(set("!#$%&'*+-.^_`|~09az", "$${time} $$ } { \t ${time?a?$$b}")),
  request(
    set("forwarded-x", "1"),
    set("x-envoy", "1"),
    { remove: { suffix: "forwarded-for" } },
    { remove: { prefix: "x-" } },
  ),
  {
    allow_system: true,
    request: [
      set("x-forwarded-for", "1"),
      { remove: { prefix: "x-envoy-" } },
      { remove: { name: "forwarded" } },
    ],
  },
  { response: [set("x-a", "${response.status}${response.headers.x}$$${request.headers.set-cookiex}")] },
  request(set("x-a", "$${request.headers.set-cookie}")),
  request(...Array.from({ length: 128 }, () => set("x-a", "1"))),
  {
    $schema: "./config.schema.json",
    "x-note": { any: 1 },
    request: [{ "x-why": 1, set: { name: "x-a", value: "1", "x-b": null } }],
  },
];
