import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { SignJWT, UnsecuredJWT } from "jose";
import { expect } from "vitest";
import { type FetchResult, type TestHost, describeHosts } from "../../harness/src/testing/index.ts";
import { NEIGHBOUR } from "./neighbour.ts";

const example = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../filters/auth/examples/${name}.json`, import.meta.url), "utf8"));

const SECRET = new TextEncoder().encode("demo-secret-not-for-production-0123456789");
const ISSUER = "https://accounts.example.test";

/** Seconds since 1970 on the host's clock. */
const now = (host: TestHost): number => Number(host.clock.now() / 1_000_000_000n);

/** A token as the demo's issuer makes it, with `claims` on top; undefined takes a claim away. */
function token(host: TestHost, claims: object = {}, header: object = {}, secret = SECRET): Promise<string> {
  const all = { iss: ISSUER, aud: "orders", sub: "alice", exp: now(host) + 300, iat: now(host), ...claims };
  return new SignJWT(all).setProtectedHeader({ alg: "HS256", ...header }).sign(secret);
}

const bearer = (value: string): { headers: Record<string, string> } => ({
  headers: { authorization: `Bearer ${value}` },
});
const key = (value: string): { headers: Record<string, string> } => ({ headers: { "x-api-key": value } });

/** All lines of `www-authenticate`. */
const challenges = (response: FetchResult): string[] =>
  response.headers.filter(([name]) => name === "www-authenticate").map(([, value]) => value);

function expectRefusal(response: FetchResult, status: number): void {
  expect(response.status).toBe(status);
  expect(response.upstream).toBeNull();
  expect(response.header("cache-control")).toBe("no-store");
  expect(response.header("content-type")).toBe("text/plain");
}

const demo = example("demo");

describeHosts(
  "auth: the demo configuration",
  {
    filters: [{ filter: "auth", config: demo }, NEIGHBOUR],
  },
  ({ it, host }) => {
    it("forwards the client of an API key, and not the key", async () => {
      for (const [sent, client] of [
        ["acme-demo-key", "acme"],
        ["globex-demo-key", "globex"],
      ] as const) {
        const response = await host.fetch("/orders/7", key(sent));
        expect(response.status).toBe(200);
        const request = response.upstream?.request;
        expect(request?.path).toBe("/orders/7");
        expect(request?.header("x-user-id")).toBe(client);
        expect(request?.header("x-user-provider")).toBe("partners");
        expect(request?.header("x-api-key")).toBeNull();
      }
    });

    it("forwards the subject of a token, and not the token", async () => {
      const response = await host.fetch("/orders/7?x=1", bearer(await token(host)));
      expect(response.status).toBe(200);
      const request = response.upstream?.request;
      expect(request?.header("x-user-id")).toBe("alice");
      expect(request?.header("x-user-provider")).toBe("accounts");
      expect(request?.header("authorization")).toBeNull();
    });

    it("takes the scheme in any case, and a subject beyond ASCII byte for byte", async () => {
      const value = await token(host, { sub: "aliçe" });
      const response = await host.fetch("/orders", { headers: { authorization: `bEARER ${value}` } });
      expect(response.status).toBe(200);
      expect(Buffer.from(response.upstream?.request.header("x-user-id") ?? "", "latin1").toString()).toBe(
        "aliçe",
      );
    });

    it("tells later filters the identity, and only a verified one", async () => {
      const seen = async (...args: Parameters<TestHost["fetch"]>): Promise<unknown[]> => {
        const request = (await host.fetch(...args)).upstream?.request;
        return ["identity", "subject", "provider"].map((name) => request?.header(`x-seen-auth.${name}`));
      };
      expect(await seen("/orders", key("acme-demo-key"))).toEqual(["partners/acme", "acme", "partners"]);
      expect(await seen("/orders", bearer(await token(host)))).toEqual([
        "accounts/alice",
        "alice",
        "accounts",
      ]);
      expect(await seen("/health")).toEqual([null, null, null]);
    });

    it("keeps a request with a body whole", async () => {
      const response = await host.fetch("/orders", {
        ...key("acme-demo-key"),
        method: "POST",
        body: "seven",
      });
      expect(response.status).toBe(200);
      expect(Buffer.from(response.upstream?.request.body ?? []).toString()).toBe("seven");
    });

    it("asks for credentials with a challenge for each scheme and no error code", async () => {
      const response = await host.fetch("/orders");
      expectRefusal(response, 401);
      expect(challenges(response)).toEqual([
        'ApiKey realm="sidecraft-demo"',
        'Bearer realm="sidecraft-demo"',
      ]);
      expect(response.text()).toBe("credentials are required\n");
    });

    it("counts a foreign scheme as no credentials", async () => {
      const good = await token(host);
      for (const authorization of ["Basic dXNlcjpwYXNz", `Digest x Bearer ${good}`, "Negotiate"]) {
        const response = await host.fetch("/orders", { headers: { authorization } });
        expectRefusal(response, 401);
        expect(challenges(response).join()).not.toContain("error=");
      }
    });

    it("refuses unknown API keys, all alike", async () => {
      const digest = "8676d15d94dabdd1283e6c407e2bb08a7b5c13b4e3667d4795c17172e080a3d4";
      for (const sent of [
        "nope",
        "",
        "acme-demo-keY",
        "acme-demo-key2",
        digest,
        "k".repeat(2000),
        "\xff\xfe",
      ]) {
        const response = await host.fetch("/orders", key(sent));
        expectRefusal(response, 401);
        expect(challenges(response)).toEqual([
          'ApiKey realm="sidecraft-demo"',
          'Bearer realm="sidecraft-demo"',
        ]);
        expect(response.text()).toBe("the API key is not valid\n");
      }
    });

    it("says in the challenge what is wrong with a token", async () => {
      const other = new TextEncoder().encode("another-secret-of-32-bytes-or-more");
      const cases: [string, string][] = [
        [await token(host, { exp: now(host) - 61 }), "the token has expired"],
        [await token(host, { nbf: now(host) + 120 }), "the token is not valid yet"],
        [await token(host, { iss: "https://evil.test" }), "the issuer of the token is not accepted"],
        [await token(host, { aud: "billing" }), "the token is meant for another audience"],
        [await token(host, { aud: { orders: true } }), "the token is meant for another audience"],
        [await token(host, { exp: undefined }), "a claim of the token is missing or malformed"],
        [await token(host, { sub: undefined }), "the subject of the token is missing or not usable"],
        [await token(host, { sub: "a\r\nx-admin: 1" }), "the subject of the token is missing or not usable"],
        [await token(host, {}, {}, other), "the signature of the token is not valid"],
        ["abc", "the token is malformed"],
        ["a.b.c.d.e", "the token is malformed"],
        [`${await token(host)}=`, "the token is malformed"],
        [await token(host, { pad: "x".repeat(9000) }), "the token is too long"],
      ];
      for (const [value, description] of cases) {
        const response = await host.fetch("/orders", bearer(value));
        expectRefusal(response, 401);
        expect(challenges(response)).toEqual([
          `Bearer realm="sidecraft-demo", error="invalid_token", error_description="${description}"`,
        ]);
      }
    });

    it("honours the leeway to the second", async () => {
      expect((await host.fetch("/orders", bearer(await token(host, { exp: now(host) - 50 })))).status).toBe(
        200,
      );
      expect((await host.fetch("/orders", bearer(await token(host, { nbf: now(host) + 50 })))).status).toBe(
        200,
      );
      expect((await host.fetch("/orders", bearer(await token(host, { exp: now(host) - 60 })))).status).toBe(
        401,
      );
    });

    it("falls for none of the usual attacks on tokens", async () => {
      const good = await token(host);
      const [header = "", claims = "", signature = ""] = good.split(".");
      const encode = (text: string): string => Buffer.from(text).toString("base64url");
      const resign = (json: string, part = claims): string => {
        const input = `${encode(json)}.${part}`;
        return `${input}.${createHmac("sha256", SECRET).update(input).digest("base64url")}`;
      };
      const text = Buffer.from(claims, "base64url").toString();
      const attacks = [
        new UnsecuredJWT({ iss: ISSUER, aud: "orders", sub: "alice", exp: now(host) + 300 }).encode(),
        ...["none", "None", "NONE", "nOnE"].flatMap((alg) => [
          `${encode(`{"alg":"${alg}"}`)}.${claims}.`,
          `${encode(`{"alg":"${alg}"}`)}.${claims}.${signature}`,
        ]),
        `${header}.${claims}.`,
        `${header}..${signature}`,
        ...["RS256", "ES256", "HS384", "HS512", "hs256"].map((alg) => resign(`{"alg":"${alg}"}`)),
        resign('{"alg":"HS256","crit":["x"],"x":1}'),
        resign('{"alg":"HS256","crit":["b64"],"b64":false}'),
        resign('{"alg":"HS256","zip":"DEF"}'),
        resign('{"alg":"none","alg":"HS256"}'),
        resign('{"alg":"HS256","\\u0061lg":"none"}'),
        resign('{"alg":"HS256"}', encode(text.replace('"sub":"alice"', '"sub":"alice","sub":"admin"'))),
        resign('{"alg":"HS256"}', encode(text.replace('"sub":"alice"', '"sub":"alice","\\u0073ub":"admin"'))),
        resign('{"alg":"HS256"}', encode(text.replace(/"exp":\d+/, '"exp":"9999999999"'))),
        resign('{"alg":"HS256"}', encode(text.replace(/"exp":\d+/, '"exp":1e400'))),
        resign('{"alg":"HS256"}', encode(text.replace(/"exp":\d+/, '"exp":-1'))),
        resign('{"alg":"HS256"}', encode("[".repeat(5000))),
        resign('{"alg":"HS256"}', encode(`{"a":${"[".repeat(1000)}${"]".repeat(1000)}}`)),
      ];
      for (const attack of attacks) {
        const response = await host.fetch("/orders", bearer(attack));
        expectRefusal(response, 401);
        expect(response.header("www-authenticate"), attack).toContain('error="invalid_token"');
      }
    });

    it("looks at no key but its own", async () => {
      for (const kid of ["../../../../dev/null", "x' OR '1'='1", "\0"]) {
        expect((await host.fetch("/orders", bearer(await token(host, {}, { kid })))).status).toBe(200);
        expect(
          (await host.fetch("/orders", bearer(await token(host, {}, { kid }, Buffer.alloc(32))))).status,
        ).toBe(401);
      }
      const own = Buffer.alloc(32, "k");
      const jwk = { kty: "oct", k: own.toString("base64url") };
      const forged = await token(host, {}, { jwk, jku: "https://evil.test/" }, own);
      expect((await host.fetch("/orders", bearer(forged))).status).toBe(401);
    });

    it("refuses an authorization header that breaks the grammar", async () => {
      const good = await token(host);
      const values = [
        "Bearer",
        `Bearer  ${good}`,
        `Bearer\t${good}`,
        `Bearer ${good} x`,
        `Bearer ${good},Bearer ${good}`,
        `Bearer "${good}"`,
        "Bearer \xff\xfe",
        "\xff\xfe x",
      ];
      for (const authorization of values) {
        const response = await host.fetch("/orders", { headers: { authorization } });
        expectRefusal(response, 400);
        expect(challenges(response), authorization).toEqual([
          'Bearer realm="sidecraft-demo", error="invalid_request", ' +
            'error_description="the authorization header is malformed"',
        ]);
      }
    });

    it("refuses several credentials, even if all are good", async () => {
      const good = `Bearer ${await token(host)}`;
      const requests: [string, string][][] = [
        [
          ["authorization", good],
          ["authorization", good],
        ],
        [
          ["authorization", "Basic dXNlcjpwYXNz"],
          ["authorization", good],
        ],
        [
          ["authorization", good],
          ["authorization", "Basic dXNlcjpwYXNz"],
        ],
        [
          ["authorization", good],
          ["x-api-key", "acme-demo-key"],
        ],
        [
          ["authorization", "Basic dXNlcjpwYXNz"],
          ["x-api-key", "acme-demo-key"],
        ],
        [
          ["x-api-key", "acme-demo-key"],
          ["x-api-key", "acme-demo-key"],
        ],
        [
          ["x-api-key", "acme-demo-key"],
          ["x-api-key", "nope"],
        ],
        [
          ["x-api-key", "nope"],
          ["x-api-key", "acme-demo-key"],
        ],
        [
          ["x-api-key", ""],
          ["x-api-key", "acme-demo-key"],
        ],
      ];
      for (const headers of requests) {
        for (const path of ["/orders", "/health"]) {
          const response = await host.fetch(path, { headers });
          expectRefusal(response, 400);
          expect(response.header("www-authenticate")).toContain('error="invalid_request"');
        }
      }
    });

    it("never lets a client say who it is", async () => {
      const spoof = { "x-user-id": "root", "x-user-provider": "partners", "X-User-ID": "root" };
      const lists = [Object.entries(spoof), [...Object.entries(spoof), ["x-user-id", "admin"] as const]];
      for (const headers of lists) {
        const anonymous = (await host.fetch("/health", { headers })).upstream?.request;
        expect(anonymous?.header("x-user-id")).toBeNull();
        expect(anonymous?.header("x-user-provider")).toBeNull();
        const verified = (
          await host.fetch("/orders", { headers: [...headers, ["x-api-key", "acme-demo-key"]] })
        ).upstream?.request;
        expect(verified?.header("x-user-id")).toBe("acme");
        expect(verified?.header("x-user-provider")).toBe("partners");
      }
    });

    it("leaves no header that servers may take for one of its own", async () => {
      const spoof: [string, string][] = [
        ["x_user_id", "root"],
        ["x-user_id", "root2"],
        ["X_User-Id", "root3"],
        ["x_user_id", "root4"],
        ["x-user_provider", "partners"],
        ["x_user_identity", "kept"],
      ];
      for (const more of [[], [["x-api-key", "acme-demo-key"]], [["authorization", "Basic eA=="]]] as const) {
        const headers: [string, string][] = [...spoof, ...more.map(([k, v]): [string, string] => [k, v])];
        const request = (await host.fetch("/health", { headers })).upstream?.request;
        const names = request?.headers.map(([name]) => name).filter((name) => /^x[-_]user/.test(name));
        const own = more[0]?.[0] === "x-api-key" ? ["x-user-id", "x-user-provider"] : [];
        expect(names?.toSorted()).toEqual([...own, "x_user_identity"]);
        expect(request?.header("x-user-id") ?? "acme").toBe("acme");
      }
    });

    it("leaves no such trailer either", async () => {
      const trailers: [string, string][] = [
        ["x-user-id", "root"],
        ["x-checksum", "7"],
        ["X_User-ID", "root"],
        ["x-user-provider", "partners"],
        ["x-user-id", "root2"],
      ];
      for (const [path, sent] of [
        ["/orders", key("acme-demo-key")],
        ["/health", {}],
      ] as const) {
        const response = await host.fetch(path, { ...sent, method: "POST", body: "seven", trailers });
        expect(response.status).toBe(200);
        expect(response.upstream?.request.trailers).toEqual([["x-checksum", "7"]]);
        expect(Buffer.from(response.upstream?.request.body ?? []).toString()).toBe("seven");
      }
    });

    it("lets anonymous requests through where a rule says so, and wrong credentials nowhere", async () => {
      for (const path of ["/health", "/health/", "/health/live?x=1"]) {
        const response = await host.fetch(path);
        expect(response.status, path).toBe(200);
        expect(response.upstream?.request.path).toBe(path);
      }
      expect((await host.fetch("/%68ealth")).status).toBe(200);
      expect((await host.fetch("/health", { headers: { authorization: "Basic eA==" } })).status).toBe(200);
      expect((await host.fetch("/health", key("acme-demo-key"))).upstream?.request.header("x-user-id")).toBe(
        "acme",
      );
      expectRefusal(await host.fetch("/health", key("nope")), 401);
      expectRefusal(await host.fetch("/health", bearer("nope")), 401);
      for (const path of ["/healthz", "/Health", "/", "/x/health", "/?/health"]) {
        expectRefusal(await host.fetch(path), 401);
      }
    });

    it("lets only the providers of a rule through", async () => {
      const good = bearer(await token(host));
      for (const path of ["/admin", "/admin/", "/admin/users?x=1", "/%61dmin"]) {
        expect((await host.fetch(path, key("acme-demo-key"))).status, path).toBe(200);
        const response = await host.fetch(path, good);
        expectRefusal(response, 403);
        expect(challenges(response)).toEqual([
          'Bearer realm="sidecraft-demo", error="insufficient_scope", ' +
            'error_description="this kind of credential is not accepted here"',
        ]);
        const missing = await host.fetch(path);
        expectRefusal(missing, 401);
        expect(challenges(missing)).toEqual(['ApiKey realm="sidecraft-demo"']);
      }
      expect((await host.fetch("/administrator", good)).status).toBe(200);
    });

    it("refuses paths that can be read in more than one way, whoever asks", async () => {
      const paths = [
        "/admin;v=1",
        "/health;x",
        "/health%252f..%252fadmin",
        "/admin%3fx",
        "/admin%23x",
        "/health%",
        "/health%zz",
        "/health%c0%ae",
        "/health%01",
      ];
      for (const path of paths) {
        for (const options of [{}, key("acme-demo-key"), bearer(await token(host))]) {
          const response = await host.fetch(path, options);
          expectRefusal(response, 400);
          expect(challenges(response)).toEqual([]);
        }
      }
      // Behind the question mark nothing is path.
      expect((await host.fetch("/health?to=/../admin;x//y%2f")).status).toBe(200);
    });

    it("lets nobody around a rule with a path that the host rewrites or answers itself", async () => {
      const paths = [
        "/admin/../health",
        "/health/../admin",
        "/health/%2e%2e/admin",
        "/health/%2E./admin",
        "/health/./x",
        "//admin",
        "/health//x",
        "/health/..//admin",
        "/health/..;/admin",
        "/health/..;a=b/admin",
        "/health%2f..%2fadmin",
        "/health%5c..%5cadmin",
        "/health\\..\\admin",
        "/%61dmin/%2e",
      ];
      const good = bearer(await token(host));
      for (const path of paths) {
        const anonymous = await host.fetch(path);
        if (anonymous.upstream) expect(anonymous.upstream.request.path, path).toMatch(/^\/health(\/x)?$/);
        const verified = await host.fetch(path, good);
        if (verified.upstream) expect(verified.upstream.request.path, path).toMatch(/^\/health(\/x)?$/);
        if (host.kind === "emulator") expect([anonymous.status, verified.status], path).toEqual([400, 400]);
      }
    });

    it("says nothing of what was sent, in no answer and no log line", async () => {
      const value = await token(host, { exp: 1 });
      const body = [
        await host.fetch("/orders", key("super-secret-key")),
        await host.fetch("/orders", bearer(value)),
        await host.fetch('/%22,x="y"?token=abc', bearer("super-secret-key")),
      ].map((response) => JSON.stringify([response.headers, response.text()]));
      const logged = host.logs.map((line) => line.message);
      for (const text of [...body, ...logged]) {
        expect(text).not.toContain("super-secret-key");
        expect(text).not.toContain(value.slice(0, 20));
        expect(text).not.toContain("token=abc");
      }
    });

    it("answers gRPC requests with a gRPC status", async () => {
      const headers = { "content-type": "application/grpc" };
      const response = await host.fetch("/orders.Orders/Get", { method: "POST", headers });
      expect(response.status).toBe(200);
      expect(response.header("grpc-status")).toBe("16");
      const refused = { ...headers, ...bearer(await token(host)).headers };
      const forbidden = await host.fetch("/admin", { method: "POST", headers: refused });
      expect(forbidden.header("grpc-status")).toBe("7");
    });

    it("counts what it does, by reason", async () => {
      const names = ["allowed", "anonymous", "denied_missing_credentials", "denied_token_expired"];
      const read = (): Promise<number[]> =>
        Promise.all(names.map((name) => host.metric(`sidecraft_auth_${name}`)));
      const before = await read();
      await host.fetch("/orders", key("acme-demo-key"));
      await host.fetch("/orders", bearer(await token(host)));
      await host.fetch("/health");
      await host.fetch("/orders");
      await host.fetch("/orders", bearer(await token(host, { exp: 1 })));
      const after = await read();
      expect(after.map((value, i) => value - (before[i] ?? 0))).toEqual([2, 1, 1, 1]);
    });
  },
);

describeHosts(
  "auth: API keys only",
  { filters: [{ filter: "auth", config: example("api-keys") }] },
  ({ it, host }) => {
    it("takes the key from either header, not from both", async () => {
      for (const [header, sent] of [
        ["x-api-key", "first-demo-key"],
        ["apikey", "second-demo-key"],
      ] as const) {
        const response = await host.fetch("/", { headers: { [header]: sent } });
        expect(response.status).toBe(200);
        expect(response.upstream?.request.header("x-client")).toBe("backup job");
        expect(response.upstream?.request.header(header)).toBeNull();
      }
      const both = { "x-api-key": "first-demo-key", apikey: "first-demo-key" };
      const response = await host.fetch("/", { headers: both });
      expectRefusal(response, 400);
      expect(challenges(response)).toEqual([]);
    });

    it("challenges for an API key", async () => {
      expect(challenges(await host.fetch("/"))).toEqual(['ApiKey realm="restricted"']);
      expect(challenges(await host.fetch("/", key("nope")))).toEqual(['ApiKey realm="restricted"']);
    });

    it("leaves the authorization header to upstream", async () => {
      const headers = { ...key("first-demo-key").headers, authorization: "Bearer of upstream" };
      const response = await host.fetch("/", { headers });
      expect(response.status).toBe(200);
      expect(response.upstream?.request.header("authorization")).toBe("Bearer of upstream");
      expectRefusal(await host.fetch("/", { headers: { authorization: "Bearer of upstream" } }), 401);
    });

    it("does not look at paths where no rule does", async () => {
      for (const path of ["/a;v=1", "/a%3fb", "/a%252fb"]) {
        const response = await host.fetch(path, key("first-demo-key"));
        expect(response.upstream?.request.path).toBe(path);
      }
    });
  },
);

describeHosts(
  "auth: two issuers",
  { filters: [{ filter: "auth", config: example("two-issuers") }] },
  ({ it, host }) => {
    const peopleKey = Buffer.from(
      "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
      "base64url",
    );
    const servicesKey = new TextEncoder().encode("another-demo-secret-of-enough-length");
    const person = (claims: object = {}, typ = "at+jwt"): Promise<string> =>
      token(
        host,
        { iss: "https://login.example.test", aud: ["x", "shop"], sub: "bob", ...claims },
        { typ },
        peopleKey,
      );
    const service = (claims: object = {}): Promise<string> =>
      token(host, { iss: "mesh", aud: "shop", sub: "cron", exp: undefined, ...claims }, {}, servicesKey);

    it("tells the issuers apart, and keeps the token for upstream when told so", async () => {
      for (const [value, subject] of [
        [await person(), "bob"],
        [await service(), "cron"],
      ] as const) {
        const request = (await host.fetch("/internal", bearer(value))).upstream?.request;
        expect(request?.header("x-user-id")).toBe(subject);
        expect(request?.header("authorization")).toBe(`Bearer ${value}`);
      }
      const crossed = await token(host, { iss: "mesh", aud: "shop" }, {}, peopleKey);
      expectRefusal(await host.fetch("/internal", bearer(crossed)), 401);
    });

    it("takes the first rule that matches", async () => {
      expect((await host.fetch("/internal/jobs", bearer(await service()))).status).toBe(200);
      expectRefusal(await host.fetch("/internal/jobs", bearer(await person())), 403);
      expect((await host.fetch("/internal/x", bearer(await person()))).status).toBe(200);
      expectRefusal(await host.fetch("/internal/x"), 401);
      expect((await host.fetch("/anything")).status).toBe(200);
    });

    it("holds the type and the clock against the token", async () => {
      expectRefusal(await host.fetch("/internal", bearer(await person({}, "JWT"))), 401);
      expectRefusal(await host.fetch("/internal", bearer(await person({ exp: now(host) }))), 401);
    });

    it("has in RFC 7515 A.1 a token of another issuer", async () => {
      const rfc =
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." +
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ." +
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
      const response = await host.fetch("/internal", bearer(rfc));
      expect(response.header("www-authenticate")).toContain("the issuer of the token is not accepted");
    });
  },
);

describeHosts(
  "auth: a changed configuration",
  { filters: [{ filter: "auth", config: demo }], workers: 2 },
  ({ it, host }) => {
    it("is taken over by every worker, and a bad one by none", async () => {
      const statuses = async (sent: string): Promise<number[]> =>
        Promise.all(
          [0, 1, 2, 3].map(
            async (i) => (await host.fetch("/orders", { ...key(sent), worker: i % 2 })).status,
          ),
        );
      expect(await statuses("acme-demo-key")).toEqual([200, 200, 200, 200]);
      expect((await host.updateFilter("auth", { providers: [] })).accepted).toBe(false);
      expect(await statuses("acme-demo-key")).toEqual([200, 200, 200, 200]);
      expect((await host.updateFilter("auth", example("api-keys"))).accepted).toBe(true);
      expect(await statuses("acme-demo-key")).toEqual([401, 401, 401, 401]);
      expect(await statuses("first-demo-key")).toEqual([200, 200, 200, 200]);
    });
  },
);
