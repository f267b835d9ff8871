import { readFileSync, readdirSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, inject, it } from "vitest";
import { checkConfiguration } from "../../harness/src/testing/index.ts";

const FILTER = new URL("../../filters/canary/", import.meta.url);
const readJson = (path: string): unknown => JSON.parse(readFileSync(new URL(path, FILTER), "utf8"));

// Six decimals are enough for steps of 0.01, which have no exact binary form.
const ajv = new Ajv2020({ allErrors: true, multipleOfPrecision: 6 });
const matchesSchema = ajv.compile(readJson("config.schema.json") as object);
const HOSTS = inject("envoy") ? (["emulator", "envoy"] as const) : (["emulator"] as const);

const BASE = { rollout: "r", percent: 20 };
const SECRET = "a-secret-of-the-tests";
const HEADER_NAME = "a header name in lower case that neither HTTP nor proxies use themselves";
const PROPERTY = 'the name of a property that a filter sets, like "auth.identity", not an attribute';
const PERCENT = 'a percentage with at most two decimals, like 12.5 or "12.5%", from 0 to 100';

const README = readFileSync(new URL("README.md", FILTER), "utf8");

const accepted: [string, object][] = [
  ["the example of its page", JSON.parse(/```json\n(.*?)```/s.exec(README)?.[1] ?? "") as object],
  ...readdirSync(new URL("examples/", FILTER)).map((name): [string, object] => [
    name,
    readJson(`examples/${name}`) as object,
  ]),
  ["percent as text", { ...BASE, percent: "12.5%" }],
  ["the smallest step", { ...BASE, percent: 0.01 }],
  ["a step without exact binary form", { ...BASE, percent: 0.07 }],
  ["empty optional parts", { ...BASE, key: [], variants: {} }],
  ["a duration of several units", { ...BASE, cookie: { secret: SECRET, max_age: "1h30m" } }],
  ["a secret with a semicolon", { ...BASE, override: { secret: ";;;;;;;;" } }],
  ["a secure prefix", { ...BASE, cookie: { name: "__Secure-c", secret: SECRET, secure: true } }],
  [
    "a property that is no attribute",
    { ...BASE, key: [{ property: "sources.address" }, { property: "source" }] },
  ],
  ["a header of ours", { ...BASE, variant_header: "x-user-id", response_header: "x-forwarded" }],
  ["notes", { ...BASE, "x-note": "ours", key: [{ cookie: "s", "x-note": 1 }] }],
];

const refused: [string, unknown, string[]][] = [
  [
    "nothing",
    {},
    [
      "/rollout: saw nothing, expected a string",
      "/percent: saw nothing, expected the canary's share in percent",
    ],
  ],
  [
    "wrong types",
    {
      rollout: 1,
      percent: true,
      key: {},
      no_key: 1,
      variants: [],
      override: "x",
      cookie: 1,
      response_header: false,
    },
    [
      "/rollout: saw 1, expected a string",
      `/percent: saw true, expected ${PERCENT}`,
      "/key: saw an object, expected a list",
      '/no_key: saw 1, expected one of "stable", "random"',
      "/response_header: saw false, expected a string",
      "/variants: saw a list, expected an object",
      '/override: saw "x", expected an object',
      "/cookie: saw 1, expected an object",
    ],
  ],
  [
    "a rollout that is no name",
    { ...BASE, rollout: "a b" },
    ['/rollout: saw "a b", expected letters, digits, - and _'],
  ],
  [
    "a rollout with a dot",
    { ...BASE, rollout: "v1.2" },
    ['/rollout: saw "v1.2", expected letters, digits, - and _'],
  ],
  [
    "a long rollout",
    { ...BASE, rollout: "r".repeat(65) },
    [`/rollout: saw "${"r".repeat(40)}"..., expected a string of at most 64 bytes`],
  ],
  ["more than all", { ...BASE, percent: 100.01 }, [`/percent: saw 100.01, expected ${PERCENT}`]],
  ["less than nothing", { ...BASE, percent: -1 }, [`/percent: saw -1, expected ${PERCENT}`]],
  ["too fine a step", { ...BASE, percent: 0.001 }, [`/percent: saw 0.001, expected ${PERCENT}`]],
  ["percent as text without sign", { ...BASE, percent: "20" }, [`/percent: saw "20", expected ${PERCENT}`]],
  [
    "percent with three decimals",
    { ...BASE, percent: "0.001%" },
    [`/percent: saw "0.001%", expected ${PERCENT}`],
  ],
  ["null", { ...BASE, no_key: null }, ['/no_key: saw null, expected one of "stable", "random"']],
  [
    "unknown keys",
    { ...BASE, percentage: 1, key: [{ cookie: "s", name: "x" }] },
    [
      '/percentage: saw an unknown key, expected a known one (did you mean "percent"?)',
      '/key/0/name: saw an unknown key, expected one of "property", "cookie", "header"',
    ],
  ],
  [
    "keys that are none",
    {
      ...BASE,
      key: [
        {},
        "session",
        { cookie: "s", header: "h" },
        { cookie: "a b" },
        { header: "X-User" },
        { property: "" },
        { cookie: 1 },
        { property: "a b" },
      ],
    },
    [
      '/key/0: saw an object, expected one of "property", "cookie" and "header"',
      '/key/1: saw "session", expected an object',
      '/key/2: saw an object, expected one of "property", "cookie" and "header"',
      '/key/3/cookie: saw "a b", expected a cookie name',
      '/key/4/header: saw "X-User", expected a header name in lower case',
      '/key/5/property: saw "", expected a string that is not empty',
      "/key/6/cookie: saw 1, expected a string",
      '/key/7/property: saw "a b", expected visible ASCII characters',
    ],
  ],
  [
    "too many keys",
    { ...BASE, key: Array.from({ length: 9 }, () => ({ cookie: "s" })) },
    ["/key: saw a list, expected a list of at most 8 items"],
  ],
  [
    "no_key that is none",
    { ...BASE, no_key: "canary" },
    ['/no_key: saw "canary", expected one of "stable", "random"'],
  ],
  [
    "headers in upper case",
    { ...BASE, variant_header: "X-Canary", response_header: "X-V" },
    [
      `/variant_header: saw "X-Canary", expected ${HEADER_NAME}`,
      `/response_header: saw "X-V", expected ${HEADER_NAME}`,
    ],
  ],
  [
    "headers that HTTP uses",
    {
      ...BASE,
      variant_header: "host",
      response_header: "set-cookie",
      override: { header: "cookie", secret: SECRET },
    },
    [
      `/variant_header: saw "host", expected ${HEADER_NAME}`,
      `/response_header: saw "set-cookie", expected ${HEADER_NAME}`,
      `/override/header: saw "cookie", expected ${HEADER_NAME}`,
    ],
  ],
  [
    "headers that proxies use",
    {
      ...BASE,
      variant_header: "x-envoy-original-path",
      response_header: "x-request-id",
      override: { header: "x-forwarded-for", secret: SECRET },
    },
    [
      `/variant_header: saw "x-envoy-original-path", expected ${HEADER_NAME}`,
      `/response_header: saw "x-request-id", expected ${HEADER_NAME}`,
      `/override/header: saw "x-forwarded-for", expected ${HEADER_NAME}`,
    ],
  ],
  [
    "attributes as keys",
    { ...BASE, key: [{ property: "source.address" }, { property: "request.headers.x-user" }] },
    [
      `/key/0/property: saw "source.address", expected ${PROPERTY}`,
      `/key/1/property: saw "request.headers.x-user", expected ${PROPERTY}`,
    ],
  ],
  [
    "pseudo headers and line feeds",
    { ...BASE, variant_header: ":path", response_header: "x\ny" },
    [
      `/variant_header: saw ":path", expected ${HEADER_NAME}`,
      `/response_header: saw "x\\ny", expected ${HEADER_NAME}`,
    ],
  ],
  [
    "values that are no names",
    { ...BASE, variants: { canary: "a b", stable: "" } },
    [
      '/variants/canary: saw "a b", expected letters, digits, - _ and .',
      '/variants/stable: saw "", expected letters, digits, - _ and .',
    ],
  ],
  [
    "an override without secret",
    { ...BASE, override: {} },
    ["/override/secret: saw nothing, expected 8 or more visible ASCII characters"],
  ],
  [
    "a short override secret",
    { ...BASE, override: { secret: "1234567" } },
    ["/override/secret: saw <secret>, expected 8 or more visible ASCII characters"],
  ],
  [
    "an empty override secret",
    { ...BASE, override: { secret: "" } },
    ["/override/secret: saw <secret>, expected a string that is not empty"],
  ],
  [
    "an override secret with a space",
    { ...BASE, override: { secret: "two words" } },
    ["/override/secret: saw <secret>, expected 8 or more visible ASCII characters"],
  ],
  [
    "an override secret that nobody needs",
    { ...BASE, override: { trust: "any", secret: "override-secret" } },
    ['/override/secret: saw <secret>, expected nothing, as "trust" is "any"'],
  ],
  [
    "an override for whom it wants",
    { ...BASE, override: { trust: "all", secret: "override-secret" } },
    ['/override/trust: saw "all", expected one of "secret", "any"'],
  ],
  [
    "a cookie without secret",
    { ...BASE, cookie: {} },
    ["/cookie/secret: saw nothing, expected 16 or more visible ASCII characters"],
  ],
  [
    "a cookie of wrong parts",
    { ...BASE, cookie: { name: "a=b", secret: "too-short", max_age: "1 day", secure: "no" } },
    [
      '/cookie/name: saw "a=b", expected a cookie name',
      "/cookie/secret: saw <secret>, expected 16 or more visible ASCII characters",
      '/cookie/max_age: saw "1 day", expected a duration like "1.5s" from 1s to 9600h',
      '/cookie/secure: saw "no", expected true or false',
    ],
  ],
  [
    "a cookie with a secure prefix that is not",
    { ...BASE, cookie: { name: "__host-c", secret: SECRET, secure: false } },
    ["/cookie/secure: saw false, expected true, which the prefix of the cookie's name demands"],
  ],
];

/** What the module refuses and JSON Schema has no words for. */
const refusedBeyondSchema: [string, object, string[]][] = [
  [
    "variants that are the same",
    { ...BASE, variants: { canary: "stable" } },
    ["/variants: saw an object, expected two different values: no route could tell them apart"],
  ],
  [
    "a cookie that lives too short",
    { ...BASE, cookie: { secret: SECRET, max_age: "0s" } },
    ['/cookie/max_age: saw "0s", expected a duration like "1.5s" from 1s to 9600h'],
  ],
  [
    "a cookie that lives too long",
    { ...BASE, cookie: { secret: SECRET, max_age: "9601h" } },
    ['/cookie/max_age: saw "9601h", expected a duration like "1.5s" from 1s to 9600h'],
  ],
];

describe("the schema of the canary filter", () => {
  it.each(accepted)("accepts %s", (_, config) => {
    expect(matchesSchema(config), JSON.stringify(matchesSchema.errors)).toBe(true);
  });

  it.each(refused)("refuses %s", (_, config) => {
    expect(matchesSchema(config)).toBe(false);
  });

  it.each(refusedBeyondSchema)("has no words for %s", (_, config) => {
    expect(matchesSchema(config)).toBe(true);
  });
});

describe.each(HOSTS)("the canary filter on the host %s", (host) => {
  it.each(accepted)("accepts %s", async (_, config) => {
    expect(await checkConfiguration("canary", config, host)).toEqual({ accepted: true, errors: [] });
  });

  it.each([...refused, ...refusedBeyondSchema])("refuses %s", async (_, config, errors) => {
    const result = await checkConfiguration("canary", config, host);
    expect([...result.errors].sort()).toEqual([...errors].sort());
    expect(result.accepted).toBe(false);
  });

  it("reads no configuration as an empty one", async () => {
    expect(await checkConfiguration("canary", "", host)).toEqual(
      await checkConfiguration("canary", {}, host),
    );
  });

  it.each([
    "[]",
    "{",
    "null",
    '{"rollout":"r","percent":20} x',
    '{"rollout":"r","rollout":"r","percent":20}',
  ])("refuses the text %j", async (text) => {
    const result = await checkConfiguration("canary", text, host);
    expect(result.accepted).toBe(false);
    expect(result.errors).toHaveLength(1);
  });
});
