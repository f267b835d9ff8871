import { createHmac } from "node:crypto";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Unit } from "../../harness/src/testing/unit.ts";
import { load } from "./compile.ts";

const NOW = 1_800_000_000;
const SECRET = "0123456789abcdef0123456789abcdef";
const ISSUER = "https://accounts.example.test";

let guest: Unit;

beforeAll(async () => {
  guest = await load("auth-policy");
});

function configure(jwt: object): void {
  const config = {
    providers: [{ name: "accounts", jwt: { issuer: ISSUER, audiences: ["orders"], ...jwt } }],
  };
  expect(guest.text("configure", JSON.stringify(config))).toBe("");
}

const encode = (part: unknown): string =>
  Buffer.from(typeof part === "string" ? part : JSON.stringify(part)).toString("base64url");

/** A token with a good signature over whatever stands in it; strings are taken as they are. */
function sign(claims: unknown, header: unknown = { alg: "HS256" }, secret = SECRET): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}

function verdictOn(token: string, now = NOW): string | null {
  return guest.text("verdictOn", token, now);
}

const GOOD = { iss: ISSUER, aud: "orders", sub: "alice", exp: NOW + 300 };

/** The claims as JSON text with `member` in place of the one of its name. */
function claimsWith(member: string): string {
  const name = /^"(\w+)"/.exec(member)?.[1] ?? "";
  const rest = JSON.stringify(Object.fromEntries(Object.entries(GOOD).filter(([key]) => key !== name)));
  return `${rest.slice(0, -1)},${member}}`;
}

describe("auth: paths", () => {
  it.each([
    ["/", "/"],
    ["/orders/7", "/orders/7"],
    ["/orders/7?next=/../admin;x#y", "/orders/7"],
    ["/orders/", "/orders/"],
    ["/%6frders/a%20b", "/orders/a b"],
    ["/100%25", "/100%"],
    ["/100%25x", "/100%x"],
    ["/a%40b:c", "/a@b:c"],
    ["/caf%C3%A9", "/café"],
    ["/café", "/café"],
    ["/.well-known/...", "/.well-known/..."],
    ["/a..b/.c", "/a..b/.c"],
  ])("reads %s as %s", (target, path) => {
    expect(guest.bytes("pathOf", target)?.toString()).toBe(path);
  });

  it.each([
    "",
    "*",
    "?x",
    "health",
    "http://example.test/health",
    "//health",
    "/a//b",
    "/a//",
    "/.",
    "/..",
    "/a/./b",
    "/a/../b",
    "/a/..",
    "/a/%2e%2e/b",
    "/a/.%2E/b",
    "/a/%2e/b",
    "/a/..;/b",
    "/a/..;x=y/b",
    "/admin;v=1",
    "/admin%3bv=1",
    "/a%2fb",
    "/a%2Fb",
    "/a%252fb",
    "/a%25%32%66b",
    "/a%2525",
    "/a\\b",
    "/a%5cb",
    "/a%3fb",
    "/a%23b",
    "/a#b",
    "/a%00b",
    "/a%0ab",
    "/a%7f",
    "/a%",
    "/a%2",
    "/a%zz",
    "/a%c0%af",
    "/a%ff",
    `/${"a".repeat(8192)}`,
  ])("finds %j ambiguous", (target) => {
    expect(guest.bytes("pathOf", target)).toBeNull();
  });

  it("finds bytes that are not UTF-8 ambiguous", () => {
    expect(guest.bytes("pathOf", Buffer.from("/caf\xe9", "latin1"))).toBeNull();
  });
});

describe("auth: the authorization header", () => {
  const [none, bearer, malformed, several] = [0, 2, 3, 4];

  it.each([
    ["Bearer abc", bearer],
    ["bearer abc", bearer],
    ["BEARER abc.def_-~+/==", bearer],
    ["Basic dXNlcjpwYXNz", none],
    ["Digest x Bearer abc", none],
    ["BearerX abc", none],
    ["Negotiate", none],
    ['Digest username="a", realm="b", nc=00000001', none],
    ["Basic dXNlcjpwYXNz,Bearer abc", several],
    ["Basic dXNlcjpwYXNz ,\t, bEARER abc", several],
    ["Basic dXNlcjpwYXNz,bearers abc,xbearer abc,bearer", none],
    ["", malformed],
    ["Bearer", malformed],
    ["Bearer ", malformed],
    ["Bearer  abc", malformed],
    ["Bearer\tabc", malformed],
    ["Bearer abc ", malformed],
    ["Bearer abc def", malformed],
    ["Bearer abc,Bearer def", malformed],
    ["Bearer a=b", malformed],
    ["Bearer =", malformed],
    ["Bearer a\x00b", malformed],
    ["Bearer \xff", malformed],
    [" Bearer abc", malformed],
    ["Bea\xffrer abc", malformed],
    ['"Bearer" abc', malformed],
  ])("takes %j as kind %i", (value, kind) => {
    expect(guest.number("kindOf", Buffer.from(value, "latin1"))).toBe(kind);
  });
});

describe("auth: tokens", () => {
  beforeAll(() => configure({ secret: SECRET }));

  it("accepts a good one", () => {
    expect(verdictOn(sign(GOOD))).toBe("accounts/alice");
  });

  it("has no clock: accepts nothing", () => {
    expect(verdictOn(sign(GOOD), 0)).toBe("host_failure");
  });

  it.each([
    "none",
    "None",
    "NONE",
    "nOnE",
    "",
    "HS384",
    "HS512",
    "RS256",
    "ES256",
    "hs256",
    "HS256 ",
    "HS256\0",
  ])("refuses the algorithm %j, signed or not", (alg) => {
    const token = sign(GOOD, { alg });
    expect(verdictOn(token)).toBe("token_algorithm");
    expect(verdictOn(token.slice(0, token.lastIndexOf(".") + 1))).toBe("token_algorithm");
  });

  it.each([
    ['{"typ":"JWT"}', "token_algorithm"],
    ['{"alg":null}', "token_algorithm"],
    ['{"alg":["HS256"]}', "token_algorithm"],
    ['{"alg":{"HS256":1}}', "token_algorithm"],
    ['{"alg":"HS256","crit":["exp"]}', "token_header"],
    ['{"alg":"HS256","crit":[]}', "token_header"],
    ['{"alg":"HS256","crit":null}', "token_header"],
    ['{"alg":"HS256","crit":["b64"],"b64":false}', "token_header"],
    ['{"alg":"HS256","b64":true}', "token_header"],
    ['{"alg":"HS256","zip":"DEF"}', "token_header"],
    ['{"alg":"none","alg":"HS256"}', "token_malformed"],
    ['{"alg":"HS256","\\u0061lg":"none"}', "token_malformed"],
    ['{"alg":"HS256","jwk":{"k":"a","k":"b"}}', "token_malformed"],
    ['["HS256"]', "token_malformed"],
    ['"HS256"', "token_malformed"],
    ['{"alg":"HS256"} x', "token_malformed"],
    ['{"alg":"HS256",}', "token_malformed"],
    ['\uFEFF{"alg":"HS256"}', "token_malformed"],
    ["", "token_malformed"],
    ['{"alg":"HS256","x":[[[[]]]]}', "token_malformed"],
    [`{"alg":"HS256","x":[${"1,".repeat(60)}1]}`, "token_malformed"],
    [`{"alg":"HS256","x":${"[".repeat(40)}${"]".repeat(40)}}`, "token_malformed"],
    [`{"alg":"HS256","x":[${"1,".repeat(2000)}1]}`, "token_malformed"],
  ])("refuses the header %s", (header, refusal) => {
    expect(verdictOn(sign(GOOD, header))).toBe(refusal);
  });

  it.each([
    { kid: "../../../../dev/null" },
    { kid: "x' UNION SELECT 'key' --" },
    { kid: "\0" },
    { kid: 7 },
    { jku: "https://evil.test/keys" },
    { jwk: { kty: "oct", k: "AAAA" } },
    { x5u: "https://evil.test/x" },
    { x5c: ["AAAA"] },
    { x: [[[]]] },
    { x: Array(59).fill(1) },
    { typ: "anything" },
    { "\u0061lgo": 1 },
  ])("does not look at the parameter %j", (parameters) => {
    expect(verdictOn(sign(GOOD, { alg: "HS256", ...parameters }))).toBe("accounts/alice");
    expect(verdictOn(sign(GOOD, { alg: "HS256", ...parameters }, "AAAA"))).toBe("token_signature");
  });

  it("refuses what is not three parts of base64url", () => {
    const good = sign(GOOD);
    const [header = "", claims = "", signature = ""] = good.split(".");
    for (const token of [
      "",
      ".",
      "..",
      "...",
      header,
      `${header}.${claims}`,
      `${good}.`,
      `.${good}`,
      `${good}.x.y`,
      `${good}=`,
      `${header}=.${claims}.${signature}`,
      `${header}.${claims}.${signature.slice(0, -1)}+`,
      `${header} .${claims}.${signature}`,
      `${header}.${claims}.${signature}\n`,
      `${header}.${claims}.a`,
      `${good}\0`,
    ]) {
      expect(verdictOn(token), JSON.stringify(token)).toBe("token_malformed");
    }
  });

  it("refuses a signature whose unused bits are not zero", () => {
    const good = sign(GOOD);
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const last = alphabet.indexOf(good.at(-1) ?? "");
    for (const other of [1, 2, 3]) {
      expect(verdictOn(good.slice(0, -1) + alphabet[last ^ other])).toBe("token_malformed");
    }
  });

  it("refuses every token that differs from a good one in one character", () => {
    const good = sign(GOOD);
    for (let i = 0; i < good.length; i++) {
      const changed = good.slice(0, i) + (good[i] === "A" ? "B" : "A") + good.slice(i + 1);
      expect(verdictOn(changed), `at ${i}`).toMatch(/^token_/);
    }
  });

  it("refuses other signatures", () => {
    const good = sign(GOOD);
    const input = good.slice(0, good.lastIndexOf(".") + 1);
    expect(verdictOn(input)).toBe("token_signature");
    expect(verdictOn(sign(GOOD, undefined, ""))).toBe("token_signature");
    expect(verdictOn(sign(GOOD, undefined, `${SECRET}x`))).toBe("token_signature");
    expect(verdictOn(input + "A".repeat(43))).toBe("token_signature");
    expect(verdictOn(`${good}AA`)).toMatch(/^token_(signature|malformed)$/);
    expect(
      verdictOn(input + createHmac("sha512", SECRET).update(input.slice(0, -1)).digest("base64url")),
    ).toBe("token_signature");
  });

  it.each(["", "[]", "{", '{"a":1,"a":2}', `{"a":[${"1e-307,".repeat(800)}1]}`, '{"iss":"nobody"}'])(
    "does not read the claims %s before it knows that they are signed",
    (claims) => {
      expect(verdictOn(sign(claims, undefined, `${SECRET}x`))).toBe("token_signature");
      expect(verdictOn(sign(claims))).toMatch(/^token_(malformed|issuer)$/);
    },
  );

  it("measures the token before it reads it", () => {
    expect(verdictOn(sign({ ...GOOD, x: "y".repeat(5000) }))).toBe("accounts/alice");
    expect(verdictOn(sign({ ...GOOD, x: "y".repeat(8000) }))).toBe("token_too_long");
    expect(verdictOn("A".repeat(100_000))).toBe("token_too_long");
  });

  it.each([
    ['"exp":"1900000000"', "token_claims"],
    ['"exp":null', "token_claims"],
    ['"exp":-1', "token_claims"],
    ['"exp":-0.5', "token_claims"],
    ['"exp":true', "token_claims"],
    ['"exp":1e400', "token_malformed"],
    ['"exp":NaN', "token_malformed"],
    ['"exp":01900000000', "token_malformed"],
    ['"exp":1900000000,"exp":1900000000', "token_malformed"],
    ['"exp":1900000000,"\\u0065xp":0', "token_malformed"],
    ['"exp":0', "token_expired"],
    [`"exp":${NOW - 60}`, "token_expired"],
    [`"exp":${NOW - 60}.999`, "token_expired"],
    [`"exp":${NOW - 59}`, "accounts/alice"],
    [`"exp":${NOW + 5}.5`, "accounts/alice"],
    ['"exp":1.9e9', "accounts/alice"],
    ['"exp":9223372036854775807', "accounts/alice"],
    ['"exp":9223372036854775808', "accounts/alice"],
    ['"exp":1e308', "accounts/alice"],
    [`"nbf":${NOW + 60}`, "accounts/alice"],
    [`"nbf":${NOW + 61}`, "token_not_yet_valid"],
    ['"nbf":9223372036854775807', "token_not_yet_valid"],
    ['"nbf":1e308', "token_not_yet_valid"],
    ['"nbf":"0"', "token_claims"],
    ['"nbf":-1', "token_claims"],
    [`"iat":${NOW + 9999}`, "accounts/alice"],
    ['"iat":"0"', "token_claims"],
    ['"iss":"https://accounts.example.test/"', "token_issuer"],
    ['"iss":"https://ACCOUNTS.example.test"', "token_issuer"],
    ['"iss":["https://accounts.example.test"]', "token_issuer"],
    ['"iss":null', "token_issuer"],
    ['"aud":"orders "', "token_audience"],
    ['"aud":"order"', "token_audience"],
    ['"aud":""', "token_audience"],
    ['"aud":[]', "token_audience"],
    ['"aud":["a","b"]', "token_audience"],
    ['"aud":["a","orders"]', "accounts/alice"],
    ['"aud":["orders",1]', "token_audience"],
    ['"aud":[["orders"]]', "token_audience"],
    ['"aud":{"orders":true}', "token_audience"],
    ['"aud":null', "token_audience"],
    ['"aud":"a","aud":"orders"', "token_malformed"],
    ['"sub":""', "token_subject"],
    ['"sub":7', "token_subject"],
    ['"sub":null', "token_subject"],
    ['"sub":["alice"]', "token_subject"],
    ['"sub":"a\\r\\nx-admin: 1"', "token_subject"],
    ['"sub":"a\\u0000"', "token_subject"],
    ['"sub":"a\\tb"', "token_subject"],
    ['"sub":"a\\u007f"', "token_subject"],
    ['"sub":" alice"', "token_subject"],
    ['"sub":"alice "', "token_subject"],
    [`"sub":"${"a".repeat(256)}"`, `accounts/${"a".repeat(256)}`],
    [`"sub":"${"a".repeat(257)}"`, "token_subject"],
    ['"sub":"auth0|5f7c"', "accounts/auth0|5f7c"],
    ['"sub":"a/b"', "accounts/a/b"],
    ['"sub":"\\u0061li\\u00e7e"', "accounts/aliçe"],
    ['"sub":"\\ud800"', "token_malformed"],
  ])("reads the claim %s: %s", (member, verdict) => {
    expect(verdictOn(sign(claimsWith(member)))).toBe(verdict);
  });

  it.each([
    ["iss", "token_issuer"],
    ["aud", "token_audience"],
    ["sub", "token_subject"],
    ["exp", "token_claims"],
  ])("misses %s", (name, refusal) => {
    expect(verdictOn(sign({ ...GOOD, [name]: undefined }))).toBe(refusal);
  });

  it("does not take claims for an object when they are none", () => {
    for (const claims of ["[]", '"x"', "7", "null", "", "{}x", '{"sub":"\xff"}']) {
      expect(verdictOn(sign(Buffer.from(claims, "latin1").toString("latin1")))).toMatch(
        /^token_(malformed|issuer)$/,
      );
    }
    const broken = `${encode({ alg: "HS256" })}.${Buffer.from('{"sub":"\xff"}', "latin1").toString("base64url")}`;
    expect(verdictOn(`${broken}.${createHmac("sha256", SECRET).update(broken).digest("base64url")}`)).toBe(
      "token_malformed",
    );
  });
});

describe("auth: options of a provider", () => {
  it("does without exp when told so", () => {
    configure({ secret: SECRET, require_exp: false });
    expect(verdictOn(sign({ ...GOOD, exp: undefined }))).toBe("accounts/alice");
    expect(verdictOn(sign({ ...GOOD, exp: NOW - 60 }))).toBe("token_expired");
  });

  it("has no leeway when told so", () => {
    configure({ secret: SECRET, leeway: "0s" });
    expect(verdictOn(sign({ ...GOOD, exp: NOW }))).toBe("token_expired");
    expect(verdictOn(sign({ ...GOOD, exp: NOW + 1 }))).toBe("accounts/alice");
    expect(verdictOn(sign({ ...GOOD, nbf: NOW + 1 }))).toBe("token_not_yet_valid");
  });

  it("looks at typ when types are listed", () => {
    configure({ secret: SECRET, types: ["at+JWT", "jwt"] });
    const typed = (typ: unknown): string | null => verdictOn(sign(GOOD, { alg: "HS256", typ }));
    expect(["JWT", "jwt", "at+jwt", "application/at+jwt", "APPLICATION/AT+JWT"].map(typed)).toEqual(
      Array(5).fill("accounts/alice"),
    );
    expect([undefined, null, "", "id+jwt", "at+jwt ", "application/", 7, ["JWT"]].map(typed)).toEqual(
      Array(8).fill("token_type"),
    );
  });

  it("takes the issuers of several providers apart", () => {
    const other = "fedcba9876543210fedcba9876543210";
    const jwt = { audiences: ["orders"], secret: SECRET };
    const config = {
      providers: [
        { name: "a", jwt: { ...jwt, issuer: "iss-a" } },
        { name: "b", jwt: { ...jwt, issuer: "iss-b", secret: other } },
      ],
    };
    expect(guest.text("configure", JSON.stringify(config))).toBe("");
    expect(verdictOn(sign({ ...GOOD, iss: "iss-a" }))).toBe("a/alice");
    expect(verdictOn(sign({ ...GOOD, iss: "iss-b" }, undefined, other))).toBe("b/alice");
    expect(verdictOn(sign({ ...GOOD, iss: "iss-b" }))).toBe("token_signature");
    expect(verdictOn(sign({ ...GOOD, iss: "iss-a" }, undefined, other))).toBe("token_signature");
    expect(verdictOn(sign({ ...GOOD, iss: "iss-c" }))).toBe("token_issuer");
    expect(verdictOn(sign({ ...GOOD, iss: "iss-c" }, undefined, other))).toBe("token_issuer");
    expect(verdictOn(sign({ ...GOOD, iss: "iss-c" }, undefined, `${other}x`))).toBe("token_signature");
  });

  it("takes issuers apart that share a secret", () => {
    const providers = ["a", "b"].map((name) => ({
      name,
      jwt: { issuer: `iss-${name}`, audiences: [`for-${name}`], secret: SECRET },
    }));
    expect(guest.text("configure", JSON.stringify({ providers }))).toBe("");
    expect(verdictOn(sign({ ...GOOD, iss: "iss-a", aud: "for-a" }))).toBe("a/alice");
    expect(verdictOn(sign({ ...GOOD, iss: "iss-b", aud: "for-b" }))).toBe("b/alice");
    expect(verdictOn(sign({ ...GOOD, iss: "iss-b", aud: "for-a" }))).toBe("token_audience");
  });
});

describe("auth: RFC 7515 appendix A.1", () => {
  const key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
  const token =
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." +
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ." +
    "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

  it("verifies the signature: only the claims that it does not have are missed", () => {
    configure({ issuer: "joe", secret_base64url: key });
    expect(verdictOn(token, 1_300_819_380 + 60)).toBe("token_expired");
    expect(verdictOn(token, 1_300_819_379)).toBe("token_audience");
    expect(verdictOn(`${token.slice(0, -1)}g`, 1_300_819_379)).toBe("token_signature");
  });
});

describe("auth: any bytes", () => {
  const bytes = fc.uint8Array({ maxLength: 300 });

  it("are a canonical path or none, and a canonical path stays one", () => {
    const pieces = fc.array(
      fc.constantFrom("/", ".", "..", "%2e", "%2f", "%25", "%", ";", "a", "%61", "%c3%a9", "\\", "?"),
    );
    const targets = fc.oneof(
      bytes,
      pieces.map((list) => Buffer.from(`/${list.join("")}`)),
    );
    fc.assert(
      fc.property(targets, (target) => {
        const path = guest.bytes("pathOf", target);
        if (path === null) return;
        const text = path.toString();
        expect(text).not.toMatch(/\/\/|;|\\|[?#]|%[0-9a-f]{2}/i);
        expect(text.split("/")).not.toContain("..");
        expect(text.split("/")).not.toContain(".");
        // Nothing that a server could decode is left: decoding again changes nothing.
        expect(guest.bytes("pathOf", path.includes("%") ? Buffer.from("/") : path)).not.toBeNull();
      }),
      { numRuns: 5000 },
    );
  });

  it("are no trap as authorization, token, claims, header or configuration", () => {
    configure({ secret: SECRET });
    fc.assert(
      fc.property(bytes, (value) => {
        expect(guest.number("kindOf", value)).toBeLessThan(5);
        expect(guest.text("verdictOn", value, NOW)).toMatch(/^token_/);
        const text = Buffer.from(value).toString("latin1");
        expect(verdictOn(sign(text))).toMatch(/^token_/);
        expect(verdictOn(sign(GOOD, text))).toMatch(/^token_/);
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.json(), (json) => {
        configure({ secret: SECRET });
        expect(verdictOn(sign(json))).toMatch(/^token_/);
        expect(verdictOn(sign(GOOD, json))).toMatch(/^token_/);
        expect(guest.text("configure", json)).not.toBe("");
        expect(guest.text("configure", JSON.stringify({ providers: [JSON.parse(json)] }))).not.toBe("");
      }),
      { numRuns: 1000 },
    );
  });
});
