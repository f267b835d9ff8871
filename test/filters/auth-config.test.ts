import { readdirSync, readFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020.js";
import { describe, expect, inject, it } from "vitest";
import { checkConfiguration } from "../../harness/src/testing/index.ts";

const FOLDER = new URL("../../filters/auth/", import.meta.url);
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, FOLDER), "utf8"));
const validate = new Ajv2020.default({ strict: true, strictRequired: false }).compile(
  read("config.schema.json") as object,
);

const DIGEST = "8676d15d94dabdd1283e6c407e2bb08a7b5c13b4e3667d4795c17172e080a3d4";
const SECRET = "0123456789abcdef0123456789abcdef";
const jwt = (more: object = {}): object => ({
  name: "accounts",
  jwt: { issuer: "iss", audiences: ["orders"], secret: SECRET, ...more },
});
const keys = (more: object = {}): object => ({
  name: "partners",
  api_key: { keys: [{ client: "acme", sha256: DIGEST }], ...more },
});
const provider = (jwtMore: object): object => ({ providers: [jwt(jwtMore)] });
const entry = (key: object): object => ({ providers: [keys({ keys: [key] })] });
const forward = (more: object): object => ({ providers: [keys()], forward: more });
const rules = (...list: unknown[]): object => ({ providers: [keys(), jwt()], rules: list });

/** What, where it is refused, what was expected; `module` when it takes more than a schema to see it. */
type Refused = [config: unknown, pointer: string, expected: string, judge?: "module"];

const LIST = (most: number): string => `a list of 1 to ${most} items`;
const HEADER = "a header name in lower case that is not reserved";
const PATH = "a path like /a/b, decoded, without parameters, dot segments and trailing slash";
const BASE64URL = "base64url without padding of at least 32 bytes (RFC 7518 section 3.2)";
const HEX = "the SHA-256 digest of the key: 64 hexadecimal digits in lower case";

const refused: Refused[] = [
  [{}, "/providers", LIST(32)],
  [{ providers: [] }, "/providers", LIST(32)],
  [{ providers: {} }, "/providers", "a list"],
  [{ providers: ["x"] }, "/providers/0", "an object"],
  [
    { providers: Array.from({ length: 33 }, (_, i) => ({ ...jwt({ issuer: `i${i}` }), name: `n${i}` })) },
    "/providers",
    "a list of at most 32 items",
  ],
  [{ providers: [keys()], realm: "" }, "/realm", "1 to 128 printable ASCII characters"],
  [{ providers: [keys()], realm: "a\nb" }, "/realm", "1 to 128 printable ASCII characters"],
  [{ providers: [keys()], realm: "x".repeat(129) }, "/realm", "a string of at most 128 bytes"],
  [{ providers: [keys()], relm: "x" }, "/relm", 'a known one (did you mean "realm"?)'],
  [{ providers: [{ name: "x" }] }, "/providers/0/api_key", 'either "api_key" or "jwt"'],
  [{ providers: [{ ...keys(), ...jwt() }] }, "/providers/0/api_key", 'either "api_key" or "jwt"'],
  [{ providers: [{ ...keys(), name: undefined }] }, "/providers/0/name", "a string"],
  [
    { providers: [{ ...keys(), name: "a/b" }] },
    "/providers/0/name",
    'letters, digits, ".", "_" and "-", first a letter or digit',
  ],
  [
    { providers: [{ ...keys(), name: "-a" }] },
    "/providers/0/name",
    'letters, digits, ".", "_" and "-", first a letter or digit',
  ],
  [
    { providers: [keys(), { ...jwt(), name: "partners" }] },
    "/providers/1/name",
    "a name that no other provider has",
    "module",
  ],
  [{ providers: [keys({ from: [] })] }, "/providers/0/api_key/from", LIST(8)],
  [{ providers: [keys({ from: [{}] })] }, "/providers/0/api_key/from/0/header", "a string"],
  [{ providers: [keys({ from: [{ header: "X-Api-Key" }] })] }, "/providers/0/api_key/from/0/header", HEADER],
  [
    { providers: [keys({ from: [{ header: "authorization" }] })] },
    "/providers/0/api_key/from/0/header",
    HEADER,
  ],
  [{ providers: [keys({ from: [{ header: ":path" }] })] }, "/providers/0/api_key/from/0/header", HEADER],
  [{ providers: [keys({ from: [{ header: "a b" }] })] }, "/providers/0/api_key/from/0/header", HEADER],
  [
    { providers: [keys({ from: [{ header: "a" }, { header: "a" }] })] },
    "/providers/0/api_key/from/1/header",
    "a header that is not in the list yet",
  ],
  [
    { providers: [keys({ from: [{ header: "x-api-key", query: "key" }] })] },
    "/providers/0/api_key/from/0/query",
    'one of "header"',
  ],
  [{ providers: [keys({ keys: undefined })] }, "/providers/0/api_key/keys", LIST(1024)],
  [{ providers: [keys({ keys: [] })] }, "/providers/0/api_key/keys", LIST(1024)],
  [entry({ sha256: DIGEST }), "/providers/0/api_key/keys/0/client", "a string"],
  [
    entry({ client: " acme", sha256: DIGEST }),
    "/providers/0/api_key/keys/0/client",
    "printable ASCII characters without spaces at the ends",
  ],
  [
    entry({ client: "a\r\nb", sha256: DIGEST }),
    "/providers/0/api_key/keys/0/client",
    "printable ASCII characters without spaces at the ends",
  ],
  [
    entry({ client: "aliçe", sha256: DIGEST }),
    "/providers/0/api_key/keys/0/client",
    "printable ASCII characters without spaces at the ends",
  ],
  [
    entry({ client: "x".repeat(257), sha256: DIGEST }),
    "/providers/0/api_key/keys/0/client",
    "a string of at most 256 bytes",
  ],
  [entry({ client: "acme" }), "/providers/0/api_key/keys/0/sha256", HEX],
  [entry({ client: "acme", sha256: "acme-demo-key" }), "/providers/0/api_key/keys/0/sha256", HEX],
  [entry({ client: "acme", sha256: DIGEST.toUpperCase() }), "/providers/0/api_key/keys/0/sha256", HEX],
  [entry({ client: "acme", sha256: `${DIGEST}00` }), "/providers/0/api_key/keys/0/sha256", HEX],
  [
    entry({ client: "acme", sha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" }),
    "/providers/0/api_key/keys/0/sha256",
    "the digest of a key that is not empty",
  ],
  [
    entry({ client: "acme", key: "acme-demo-key", sha256: DIGEST }),
    "/providers/0/api_key/keys/0/key",
    'one of "client", "sha256"',
  ],
  [
    { providers: [keys(), { ...keys(), name: "b" }] },
    "/providers/1/api_key/keys/0/sha256",
    "a key that is not in any list yet",
    "module",
  ],
  [provider({ issuer: undefined }), "/providers/0/jwt/issuer", "a string"],
  [provider({ issuer: "" }), "/providers/0/jwt/issuer", "a string that is not empty"],
  [provider({ issuer: 7 }), "/providers/0/jwt/issuer", "a string"],
  [provider({ issuer: "a\tb" }), "/providers/0/jwt/issuer", "printable ASCII characters"],
  [
    { providers: [jwt(), { ...jwt(), name: "b" }] },
    "/providers/1/jwt/issuer",
    "an issuer that no other provider has",
    "module",
  ],
  [provider({ audiences: undefined }), "/providers/0/jwt/audiences", LIST(32)],
  [provider({ audiences: [] }), "/providers/0/jwt/audiences", LIST(32)],
  [provider({ audiences: "orders" }), "/providers/0/jwt/audiences", "a list"],
  [provider({ audiences: ["a", ""] }), "/providers/0/jwt/audiences/1", "a string that is not empty"],
  [provider({ audiences: ["a\n"] }), "/providers/0/jwt/audiences/0", "printable ASCII characters"],
  [provider({ secret: undefined }), "/providers/0/jwt/secret", 'either "secret" or "secret_base64url"'],
  [
    provider({ secret_base64url: "A".repeat(43) }),
    "/providers/0/jwt/secret",
    'either "secret" or "secret_base64url"',
  ],
  [
    provider({ secret: SECRET.slice(1) }),
    "/providers/0/jwt/secret",
    "32 to 512 visible ASCII characters (RFC 7518 section 3.2)",
  ],
  [
    provider({ secret: `${SECRET} ` }),
    "/providers/0/jwt/secret",
    "32 to 512 visible ASCII characters (RFC 7518 section 3.2)",
  ],
  [
    provider({ secret: "ü".repeat(20) }),
    "/providers/0/jwt/secret",
    "32 to 512 visible ASCII characters (RFC 7518 section 3.2)",
  ],
  [
    provider({ secret: undefined, secret_base64url: "A".repeat(42) }),
    "/providers/0/jwt/secret_base64url",
    BASE64URL,
  ],
  [
    provider({ secret: undefined, secret_base64url: `${"A".repeat(42)}B` }),
    "/providers/0/jwt/secret_base64url",
    BASE64URL,
  ],
  [
    provider({ secret: undefined, secret_base64url: `${"A".repeat(43)}=` }),
    "/providers/0/jwt/secret_base64url",
    BASE64URL,
  ],
  [
    provider({ secret: undefined, secret_base64url: `${"A".repeat(42)}+A` }),
    "/providers/0/jwt/secret_base64url",
    BASE64URL,
  ],
  [provider({ leeway: 60 }), "/providers/0/jwt/leeway", 'a duration like "1.5s" of at most 10m'],
  [provider({ leeway: "60" }), "/providers/0/jwt/leeway", 'a duration like "1.5s" of at most 10m'],
  [provider({ leeway: "" }), "/providers/0/jwt/leeway", 'a duration like "1.5s" of at most 10m'],
  [provider({ leeway: "-1s" }), "/providers/0/jwt/leeway", 'a duration like "1.5s" of at most 10m'],
  [provider({ leeway: "11m" }), "/providers/0/jwt/leeway", 'a duration like "1.5s" of at most 10m', "module"],
  [provider({ require_exp: "true" }), "/providers/0/jwt/require_exp", "true or false"],
  [provider({ types: [] }), "/providers/0/jwt/types", LIST(8)],
  [
    provider({ types: ["application/at+jwt"] }),
    "/providers/0/jwt/types/0",
    "a media type without application/",
  ],
  [
    provider({ algorithms: ["RS256"] }),
    "/providers/0/jwt/algorithms",
    'one of "issuer", "audiences", "types", "leeway", "require_exp", "secret", "secret_base64url"',
  ],
  [forward({ subject_header: "X-User" }), "/forward/subject_header", HEADER],
  [forward({ subject_header: "" }), "/forward/subject_header", HEADER],
  [forward({ subject_header: "host" }), "/forward/subject_header", HEADER],
  [forward({ provider_header: "connection" }), "/forward/provider_header", HEADER],
  [
    forward({ subject_header: "x-api-key" }),
    "/forward/subject_header",
    "a header that no provider takes keys from",
    "module",
  ],
  ...[
    "authorization",
    "content-type",
    "expect",
    "forwarded",
    "location",
    "set-cookie",
    "via",
    "x-envoy-original-path",
    "x-forwarded-for",
    "x-request-id",
    "content_length",
    "x_forwarded-for",
  ].flatMap((header): Refused[] => [
    [forward({ subject_header: header }), "/forward/subject_header", HEADER],
    [forward({ provider_header: header }), "/forward/provider_header", HEADER],
    [{ providers: [keys({ from: [{ header }] })] }, "/providers/0/api_key/from/0/header", HEADER],
  ]),
  [
    forward({ subject_header: "x_api-key" }),
    "/forward/subject_header",
    "a header that no provider takes keys from",
    "module",
  ],
  [
    forward({ subject_header: "x-a-b", provider_header: "x_a-b" }),
    "/forward/provider_header",
    "another header than subject_header",
    "module",
  ],
  [
    { providers: [keys(), jwt()], forward: { subject_header: "x-user-id" } },
    "/forward/provider_header",
    "a header name: without it upstream cannot tell the providers' subjects apart",
  ],
  [
    forward({ subject_header: "x-a", provider_header: "x-a" }),
    "/forward/provider_header",
    "another header than subject_header",
    "module",
  ],
  [forward({ strip_credentials: 1 }), "/forward/strip_credentials", "true or false"],
  [{ providers: [keys()], forward: [] }, "/forward", "an object"],
  [rules({}), "/rules/0/path_prefix", "a string"],
  ...[
    "admin",
    "/admin/",
    "//",
    "/a//b",
    "/a/./b",
    "/a/..",
    "/a%2fb",
    "/a;v=1",
    "/a?b",
    "/a#b",
    "/a\\b",
    "/a\u0007",
  ].map((path): Refused => [rules({ path_prefix: path }), "/rules/0/path_prefix", PATH]),
  [
    rules({ path_prefix: "/" }, { path_prefix: "/a" }),
    "/rules/1/path_prefix",
    "a path that /rules/0 does not cover: the first match decides",
    "module",
  ],
  [
    rules({ path_prefix: "/b" }, { path_prefix: "/a" }, { path_prefix: "/a" }),
    "/rules/2/path_prefix",
    "a path that /rules/1 does not cover: the first match decides",
    "module",
  ],
  [rules({ path_prefix: "/a", allow_anonymous: "yes" }), "/rules/0/allow_anonymous", "true or false"],
  [rules({ path_prefix: "/a", providers: [] }), "/rules/0/providers", LIST(32)],
  [
    rules({ path_prefix: "/a", providers: ["nobody"] }),
    "/rules/0/providers/0",
    "the name of a provider",
    "module",
  ],
  [
    rules({ path_prefix: "/a", providers: ["partners", "partners"] }),
    "/rules/0/providers/1",
    "a name that is not in the list yet",
  ],
  [
    rules({ path_prefix: "/a", provider: ["partners"] }),
    "/rules/0/provider",
    'a known one (did you mean "providers"?)',
  ],
  [
    rules({ path_prefix: "/a", methods: ["GET"] }),
    "/rules/0/methods",
    'one of "path_prefix", "allow_anonymous", "providers"',
  ],
];

const accepted: unknown[] = [
  ...readdirSync(new URL("examples/", FOLDER)).map((name) => read(`examples/${name}`)),
  { $schema: "./config.schema.json", "x-note": 1, providers: [{ "x-owner": "me", ...keys() }] },
  { providers: [keys({ from: [{ header: "x-a" }, { header: "x_b" }] })] },
  entry({ client: "a b", sha256: DIGEST }),
  provider({ secret: "~".repeat(512), leeway: "9m59.5s", types: ["JWT", "at+jwt"] }),
  provider({ leeway: "0s" }),
  ...[43, 44, 46, 47, 48].map((length) =>
    provider({ secret: undefined, secret_base64url: "A".repeat(length) }),
  ),
  { providers: [keys()], realm: 'a "quoted" \\ realm' },
  forward({}),
  forward({ subject_header: "x_user" }),
  ...["x-forwarded", "x-envoy", "x-request-identity", "forwarded-user", "hosts"].map((header) =>
    forward({ subject_header: header }),
  ),
  { providers: [keys(), jwt()], forward: { provider_header: "x-user-provider" } },
  { providers: [keys(), jwt()], forward: { subject_header: "x-user", provider_header: "x-user-provider" } },
  rules(),
  rules({ path_prefix: "/a/b" }, { path_prefix: "/a" }, { path_prefix: "/ab" }, { path_prefix: "/" }),
  rules({ path_prefix: "/a b/ö/.well-known/..." }),
  { providers: Array.from({ length: 32 }, (_, i) => ({ ...jwt({ issuer: `i${i}` }), name: `n${i}` })) },
];

const hosts = ["emulator", "envoy"] as const;

describe.concurrent.for(hosts)("auth: configuration [%s]", (host) => {
  const onHost = it.skipIf(host === "envoy" && !inject("envoy"));

  onHost.for(refused)("refuses %j at %s", async ([config, pointer, expected]) => {
    const result = await checkConfiguration("auth", config, host);
    expect(result.accepted).toBe(false);
    expect(result.errors).toHaveLength(1);
    expect(result.errors[0]?.startsWith(`${pointer}: saw `), result.errors[0]).toBe(true);
    expect(result.errors[0]).toContain(`, expected ${expected}`);
  });

  onHost.for(accepted.map((config) => [config]))("accepts %j", async ([config]) => {
    expect(await checkConfiguration("auth", config, host)).toEqual({ accepted: true, errors: [] });
  });

  onHost("reports all errors at once, and no secret", async () => {
    const config = {
      providers: [
        { name: "a b", jwt: { issuer: 1, audiences: [], secret: "too-short-secret" } },
        { name: "keys", api_key: { keys: [{ client: "", sha256: "the-key-itself" }] } },
      ],
      rules: [{ path_prefix: "x", providers: ["c"] }],
      rule: [],
    };
    const { accepted: ok, errors } = await checkConfiguration("auth", config, host);
    expect(ok).toBe(false);
    expect(errors.map((line) => line.split(":")[0])).toEqual([
      "/providers/0/name",
      "/providers/0/jwt/issuer",
      "/providers/0/jwt/audiences",
      "/providers/0/jwt/secret",
      "/providers/1/api_key/keys/0/client",
      "/providers/1/api_key/keys/0/sha256",
      "/rules/0/path_prefix",
      "/rules/0/providers/0",
      "/rule",
    ]);
    expect(errors.join("\n")).not.toMatch(/too-short-secret|the-key-itself/);
  });

  onHost.for(["", "{", "[]", "null", '{"providers":[],"providers":[]}', "\xff"])(
    "refuses the text %j",
    async (text) => {
      const result = await checkConfiguration("auth", text, host);
      expect(result.accepted).toBe(false);
      expect(result.errors.length).toBeGreaterThan(0);
    },
  );
});

describe("auth: config.schema.json", () => {
  it.for(refused.filter(([, , , judge]) => judge === undefined))("refuses %j at %s", ([config]) => {
    // What is undefined is absent in JSON.
    expect(validate(JSON.parse(JSON.stringify(config)))).toBe(false);
  });

  it.for(refused.filter(([, , , judge]) => judge === "module"))(
    "leaves %j at %s to the filter",
    ([config]) => {
      expect(validate(JSON.parse(JSON.stringify(config)))).toBe(true);
    },
  );

  it.for(accepted.map((config) => [config]))("accepts %j", ([config]) => {
    expect(validate(JSON.parse(JSON.stringify(config))), JSON.stringify(validate.errors)).toBe(true);
  });
});

describe("auth: README.md", () => {
  it("shows the demo's configuration", () => {
    const [, block = ""] =
      /```json\n(.*?)```/s.exec(readFileSync(new URL("README.md", FOLDER), "utf8")) ?? [];
    expect(JSON.parse(block)).toEqual(read("examples/demo.json"));
  });

  it("names every refusal there is", () => {
    const names =
      readFileSync(new URL("assembly/refusal.ts", FOLDER), "utf8").match(/"[a-z]+(_[a-z]+)+"/g) ?? [];
    const page = readFileSync(new URL("README.md", FOLDER), "utf8");
    expect(names.length).toBeGreaterThan(18);
    expect(names.filter((name) => !page.includes(name.slice(1, -1)))).toEqual([]);
  });
});
