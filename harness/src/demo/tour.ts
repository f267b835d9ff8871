/** The requests of the tour, as data: what is sent, and what must come of it. */
import { API_KEYS, demoIssuer, demoOverride } from "./credentials.ts";
import type { DemoRequest } from "./exchange.ts";
import type { Expectation } from "./expectation.ts";

/** One stop of the tour: a request, or the same one several times in a row. */
export interface TourStep {
  /** What it shows, in a few words. */
  readonly title: string;
  readonly request: DemoRequest;
  /** Whether it also sends the cookies that the step before was given. */
  readonly sendsCookies?: true;
  readonly expect: Expectation;
}

/** Subjects of tokens whose identities the demo's rollout puts on different sides, as long as nobody changes it. */
export const SUBJECTS = { onStable: "ada", onCanary: "alan" } as const;

const HOUR = 3600;
const CHALLENGE = /\bBearer realm="sidecraft-demo"/;

/** Bytes that no token has and no UTF-8 text either; header values are byte strings. */
const GARBAGE = "\xff\xfe\x80.\xc3\x28.\xf0\x9f\x92";

/** Makes the steps; tokens in them are valid for an hour. */
export function tourSteps(): readonly TourStep[] {
  const issuer = demoIssuer();
  const [overrideHeader, overrideValue] = demoOverride();
  const get = (path: string, ...headers: readonly (readonly [string, string])[]): DemoRequest => ({
    method: "GET",
    path,
    headers,
  });
  const key = (value: string) => ["x-api-key", value] as const;
  const bearer = (token: string) => ["authorization", `Bearer ${token}`] as const;
  const stable = bearer(issuer.issue(SUBJECTS.onStable, HOUR));
  const canary = bearer(issuer.issue(SUBJECTS.onCanary, HOUR));
  const refused = { upstream: null, response: { "www-authenticate": CHALLENGE } } as const;
  return [
    {
      title: "a client claims to be somebody",
      request: get("/health", ["x-user-id", "root"], ["x-internal-role", "admin"]),
      expect: {
        status: [200],
        upstream: "stable",
        atUpstream: { "x-user-id": null, "x-internal-role": null },
      },
    },
    { title: "no credential", request: get("/orders"), expect: { status: [401], ...refused } },
    {
      title: "a wrong API key",
      request: get("/orders", key("acme-wrong-key")),
      expect: { status: [401], ...refused },
    },
    {
      title: "an API key, and a claimed identity",
      request: get("/orders", key(API_KEYS.acme), ["x-user-id", "root"]),
      expect: {
        status: [200],
        atUpstream: { "x-user-id": "acme", "x-user-provider": "partners", "x-api-key": null },
      },
    },
    {
      title: "a JWT (HS256)",
      request: get("/orders", stable),
      expect: {
        status: [200],
        upstream: "stable",
        atUpstream: {
          "x-user-id": SUBJECTS.onStable,
          "x-user-provider": issuer.provider,
          authorization: null,
        },
        response: { "x-canary-variant": "stable" },
      },
    },
    {
      title: "an expired JWT",
      request: get("/orders", bearer(issuer.issue(SUBJECTS.onStable, -HOUR))),
      expect: { status: [401], upstream: null, response: { "www-authenticate": /error="invalid_token"/ } },
    },
    {
      title: "a path that this JWT may not use",
      request: get("/admin/users", stable),
      expect: { status: [403], upstream: null },
    },
    {
      title: "another identity: the canary, each time",
      request: get("/orders", canary),
      expect: {
        status: [200, 200],
        upstream: "canary",
        atUpstream: { "x-canary": "canary" },
        response: { "x-canary-variant": "canary" },
      },
    },
    {
      title: "the cookie of that answer, with the first identity",
      request: get("/orders", stable),
      sendsCookies: true,
      expect: { status: [200], upstream: "canary", response: { "x-canary-variant": "canary" } },
    },
    {
      title: "a client marks itself as canary",
      request: get("/orders", stable, ["x-canary", "canary"]),
      expect: { status: [200], upstream: "stable", response: { "x-canary-variant": "stable" } },
    },
    {
      title: "the override, with its secret",
      request: get("/orders", key(API_KEYS.acme), [overrideHeader, overrideValue]),
      expect: { status: [200], upstream: "canary", atUpstream: { [overrideHeader]: null } },
    },
    {
      title: "the override, with a wrong secret",
      request: get("/orders", stable, [overrideHeader, "canary;guessed"]),
      expect: { status: [200], upstream: "stable", atUpstream: { [overrideHeader]: null } },
    },
    {
      title: "more requests than the limit",
      request: get("/orders", key(API_KEYS.globex)),
      expect: {
        status: [200, 200, 200, 200, 200, 429],
        upstream: null,
        response: { "retry-after": /^\d+$/ },
      },
    },
    {
      title: "garbage instead of a token",
      request: get("/orders", bearer(GARBAGE)),
      expect: { status: [400], upstream: null },
    },
    {
      title: "the next request is served as ever",
      request: get("/orders", key(API_KEYS.acme)),
      expect: { status: [200], atUpstream: { "x-user-id": "acme" } },
    },
  ];
}
