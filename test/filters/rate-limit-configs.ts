/** The smallest limit; the tables below vary it. */
export const LIMIT = { name: "a", key: [{ constant: "x" }], rate: { requests: 1, per: "1s" } };

function withLimit(change: object): object {
  return { limits: [{ ...LIMIT, ...change }] };
}

function withPart(part: unknown): object {
  return withLimit({ key: [part] });
}

/** What the schema can say: schema and module accept all of these. */
export const ACCEPTED: readonly (readonly [string, unknown])[] = [
  ["the smallest", { limits: [LIMIT] }],
  ["the largest rate", withLimit({ rate: { requests: 1_000_000_000, per: "1ms" }, burst: 1_000_000_000 })],
  ["the longest period", withLimit({ rate: { requests: 1, per: "8784h" } })],
  ["a period of several units", withLimit({ rate: { requests: 1, per: "1h30m0.5s" } })],
  [
    "integers written as decimals",
    '{"limits":[{"name":"a","key":[{"constant":"x"}],"rate":{"requests":1e3,"per":"1s"},"burst":2.0}]}',
  ],
  ["the longest name", withLimit({ name: "N".repeat(64) })],
  ["eight parts", withLimit({ key: Array.from({ length: 8 }, (_, i) => ({ header: `x-${i}` })) })],
  ["sixteen limits", { limits: Array.from({ length: 16 }, (_, i) => ({ ...LIMIT, name: `limit_${i}.b` })) }],
  [
    "every missing",
    withLimit({ key: ["skip_limit", "empty", "deny"].map((missing) => ({ header: "x-a", missing })) }),
  ],
  ["the address", withPart({ source_address: true, missing: "deny" })],
  ["a header in upper case", withPart({ header: "X-Tenant" })],
  ["no headers", { limits: [LIMIT], headers: "none" }],
  ["the fewest keys", withLimit({ max_keys: 1 })],
  ["the most keys", withLimit({ max_keys: 262_144, scope: "worker" })],
  ["notes", { $schema: "./config.schema.json", "x-note": 1, limits: [{ ...LIMIT, "x-note": null }] }],
];

const NAME = '1 to 64 letters, digits, "_", "." or "-", a letter or digit first';
const PART = 'an object with one of "property", "header", "source_address" and "constant"';
const PROPERTY = 'the name of a property that a filter sets, like "auth.identity", not an attribute';
const COUNT = "an integer from 1 to 1000000000";
const PER = 'a duration like "1.5s" from 1ms to 8784h';

/** What schema and module refuse, with all that the module says; `…` stands for words that are the SDK's own. */
export const REFUSED: readonly (readonly [string, unknown, readonly string[]])[] = [
  ["nothing", {}, ["/limits: saw nothing, expected a list of 1 to 16 limits"]],
  ["no limit", { limits: [] }, ["/limits: saw a list, expected a list of 1 to 16 limits"]],
  [
    "seventeen limits",
    { limits: Array.from({ length: 17 }, (_, i) => ({ ...LIMIT, name: `n${i}` })) },
    [
      "/limits: saw a list, expected a list of at most 16 items",
      "/limits: saw a list, expected a list of 1 to 16 limits",
    ],
  ],
  ["a limit that is no object", { limits: [5] }, ["/limits/0: saw 5, expected an object"]],
  [
    "an empty limit",
    { limits: [{}] },
    [
      "/limits/0/name: saw nothing, expected a string…",
      "/limits/0/key: saw nothing, expected a list of 1 to 8 key parts",
      "/limits/0/rate: saw nothing, expected an object",
    ],
  ],
  ["an unknown key", { limits: [LIMIT], header: "x" }, ["/header: saw an unknown key, …"]],
  ["an unknown key inside", withLimit({ bursts: 1 }), ["/limits/0/bursts: saw an unknown key, …"]],
  [
    "unknown headers",
    { limits: [LIMIT], headers: "X" },
    ['/headers: saw "X", expected one of "none", "ietf", "x", "both"'],
  ],
  ["an empty name", withLimit({ name: "" }), ['/limits/0/name: saw "", expected a string that is not empty']],
  ["a name with a quote", withLimit({ name: 'a"b' }), [`/limits/0/name: saw "a\\"b", expected ${NAME}`]],
  [
    "a name with a line end",
    withLimit({ name: "a\r\nb" }),
    [`/limits/0/name: saw "a\\r\\nb", expected ${NAME}`],
  ],
  ["a name with a colon", withLimit({ name: "a:1" }), [`/limits/0/name: saw "a:1", expected ${NAME}`]],
  [
    "a name of letters beyond ASCII",
    withLimit({ name: "größe" }),
    [`/limits/0/name: saw "größe", expected ${NAME}`],
  ],
  [
    "a long name",
    withLimit({ name: "n".repeat(65) }),
    [`/limits/0/name: saw "${"n".repeat(40)}"..., expected ${NAME}`],
  ],
  ["no parts", withLimit({ key: [] }), ["/limits/0/key: saw a list, expected a list of 1 to 8 key parts"]],
  [
    "a key that is no list",
    withLimit({ key: { header: "a" } }),
    [
      "/limits/0/key: saw an object, expected a list",
      "/limits/0/key: saw an object, expected a list of 1 to 8 key parts",
    ],
  ],
  ["an empty part", withPart({}), [`/limits/0/key/0: saw an object, expected ${PART}`]],
  [
    "a part with two sources",
    withPart({ header: "a", property: "b" }),
    [`/limits/0/key/0: saw an object, expected ${PART}`],
  ],
  [
    "an unknown part",
    withPart({ cookie: "a" }),
    [`/limits/0/key/0: saw an object, expected ${PART}`, "/limits/0/key/0/cookie: saw an unknown key, …"],
  ],
  [
    "a missing constant",
    withPart({ constant: "a", missing: "deny" }),
    ['/limits/0/key/0/missing: saw "deny", expected nothing: a "constant" is never missing'],
  ],
  [
    "an empty constant",
    withPart({ constant: "" }),
    ['/limits/0/key/0/constant: saw "", expected a string that is not empty'],
  ],
  [
    "no address",
    withPart({ source_address: false }),
    ["/limits/0/key/0/source_address: saw false, expected true"],
  ],
  [
    "an address as text",
    withPart({ source_address: "true" }),
    ['/limits/0/key/0/source_address: saw "true", expected true or false'],
  ],
  [
    "an attribute",
    withPart({ property: "source.address" }),
    [`/limits/0/key/0/property: saw "source.address", expected ${PROPERTY}`],
  ],
  [
    "a property with NUL",
    withPart({ property: "a\0b" }),
    ['/limits/0/key/0/property: saw "a\\u0000b", expected a name of visible ASCII characters'],
  ],
  [
    "no header name",
    withPart({ header: "a b" }),
    ['/limits/0/key/0/header: saw "a b", expected the name of a header'],
  ],
  [
    "an unknown missing",
    withPart({ header: "a", missing: "allow" }),
    ['/limits/0/key/0/missing: saw "allow", expected one of "skip_limit", "empty", "deny"'],
  ],
  ["no period", withLimit({ rate: { requests: 1 } }), [`/limits/0/rate/per: saw nothing, expected ${PER}`]],
  [
    "a period without unit",
    withLimit({ rate: { requests: 1, per: 10 } }),
    [`/limits/0/rate/per: saw 10, expected ${PER}`],
  ],
  [
    "a period in words",
    withLimit({ rate: { requests: 1, per: "minute" } }),
    [`/limits/0/rate/per: saw "minute", expected ${PER}`],
  ],
  [
    "no requests",
    withLimit({ rate: { requests: 0, per: "1s" } }),
    [`/limits/0/rate/requests: saw 0, expected ${COUNT}`],
  ],
  [
    "negative requests",
    withLimit({ rate: { requests: -1, per: "1s" } }),
    [`/limits/0/rate/requests: saw -1, expected ${COUNT}`],
  ],
  [
    "half a request",
    withLimit({ rate: { requests: 0.5, per: "1s" } }),
    [`/limits/0/rate/requests: saw 0.5, expected ${COUNT}`],
  ],
  [
    "too many requests",
    withLimit({ rate: { requests: 1_000_000_001, per: "1s" } }),
    [`/limits/0/rate/requests: saw 1000000001, expected ${COUNT}`],
  ],
  [
    "requests beyond 64 bits",
    '{"limits":[{"name":"a","key":[{"constant":"x"}],"rate":{"requests":99999999999999999999,"per":"1s"}}]}',
    [`/limits/0/rate/requests: saw 99999999999999999999, expected ${COUNT}`],
  ],
  ["no burst", withLimit({ burst: 0 }), [`/limits/0/burst: saw 0, expected ${COUNT}`]],
  ["null", withLimit({ burst: null }), [`/limits/0/burst: saw null, expected ${COUNT}`]],
  [
    "an unknown mode",
    withLimit({ mode: "off" }),
    ['/limits/0/mode: saw "off", expected one of "enforce", "shadow"'],
  ],
  [
    "an unknown scope",
    withLimit({ scope: "global" }),
    ['/limits/0/scope: saw "global", expected one of "process", "worker"'],
  ],
  [
    "no keys",
    withLimit({ max_keys: 0 }),
    ["/limits/0/max_keys: saw 0, expected an integer from 1 to 262144"],
  ],
  [
    "too many keys",
    withLimit({ max_keys: 262_145 }),
    ["/limits/0/max_keys: saw 262145, expected an integer from 1 to 262144"],
  ],
];

/** What only the module refuses: JSON Schema has no words for it. */
export const REFUSED_BY_MODULE: readonly (readonly [string, unknown, readonly string[]])[] = [
  [
    "two limits of one name",
    { limits: [LIMIT, LIMIT] },
    ['/limits/1/name: saw "a", expected a name that no other limit has'],
  ],
  [
    "a short period",
    withLimit({ rate: { requests: 1, per: "999us" } }),
    [`/limits/0/rate/per: saw "999us", expected ${PER}`],
  ],
  [
    "a long period",
    withLimit({ rate: { requests: 1, per: "8784h0.1s" } }),
    [`/limits/0/rate/per: saw "8784h0.1s", expected ${PER}`],
  ],
  [
    "a burst for centuries",
    withLimit({ rate: { requests: 1, per: "24h" }, burst: 100_000 }),
    [
      "/limits/0/burst: saw 100000, expected less: at this rate it would take more than ten years until they are free again",
    ],
  ],
  [
    "errors in several places",
    { limits: [LIMIT, { ...LIMIT, burst: "many" }], headers: 1 },
    [
      '/limits/1/name: saw "a", expected a name that no other limit has',
      `/limits/1/burst: saw "many", expected ${COUNT}`,
      '/headers: saw 1, expected one of "none", "ietf", "x", "both"',
    ],
  ],
  ["text that is no JSON", "limits: []", ["configuration: saw…"]],
];
