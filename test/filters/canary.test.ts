import { describe, expect } from "vitest";
import { describeHosts, type FetchResult, type HeadersInit } from "../../harness/src/testing/index.ts";
import { bucketOf, stickyCookie } from "./canary-contract.ts";
import { NEIGHBOUR } from "./neighbour.ts";

const ROLLOUT = "checkout-v2";
const SECRET = "a-secret-of-the-tests";
const ROUTES = [
  { name: "canary", match: { prefix: "/", headers: { "x-canary": "canary" } }, cluster: "canary" },
  { name: "stable", match: { prefix: "/" }, cluster: "stable" },
];
const CONFIG = {
  rollout: ROLLOUT,
  percent: 20,
  key: [{ property: "auth.identity" }, { cookie: "session" }, { header: "x-user-id" }],
  override: { secret: "override-secret" },
  cookie: { secret: SECRET },
  response_header: "x-canary-variant",
};

/** The first `count` of user-0, user-1, ... whose bucket in the rollout is in the range. */
function users(from: number, below: number, count = 1, rollout = ROLLOUT): string[] {
  const found: string[] = [];
  for (let i = 0; found.length < count; i++) {
    const bucket = bucketOf(rollout, `user-${i}`);
    if (bucket >= from && bucket < below) found.push(`user-${i}`);
  }
  return found;
}

const [CANARY_USER = ""] = users(0, 2000);
const [STABLE_USER = ""] = users(2000, 10_000);

/** Which variant a request got, as the upstream that really has it, the header there and the response header say. */
function variantOf(response: FetchResult): string | undefined {
  expect(response.status).toBe(200);
  const upstream = response.upstream;
  expect(upstream?.request.header("x-canary")).toBe(upstream?.name);
  return upstream?.name;
}

const asUser = (id: string, more: Record<string, string> = {}): { headers: HeadersInit } => ({
  headers: { "x-user-id": id, ...more },
});

describeHosts(
  "canary",
  { filters: [{ filter: "canary", config: CONFIG }], routes: ROUTES },
  ({ it, host }) => {
    it("sends exactly the keys below the share to the canary", async () => {
      for (const user of [...users(0, 2000, 10), ...users(2000, 10_000, 10)]) {
        const response = await host.fetch("/", asUser(user));
        expect(variantOf(response), user).toBe(bucketOf(ROLLOUT, user) < 2000 ? "canary" : "stable");
        expect(response.header("x-canary-variant")).toBe(response.upstream?.name);
      }
    });

    it("draws the line between two neighbouring buckets", async () => {
      const [last = "", first = ""] = [...users(1999, 2000), ...users(2000, 2001)];
      expect(variantOf(await host.fetch("/", asUser(last)))).toBe("canary");
      expect(variantOf(await host.fetch("/", asUser(first)))).toBe("stable");
    });

    it("keeps body and method on the way to the canary", async () => {
      const response = await host.fetch("/pay", { ...asUser(CANARY_USER), method: "POST", body: "amount=1" });
      expect(variantOf(response)).toBe("canary");
      expect(response.upstream?.request.method).toBe("POST");
      expect(Buffer.from(response.upstream?.request.body ?? []).toString()).toBe("amount=1");
    });

    describe("the client cannot write the variant header", () => {
      const spoofs: [string, [string, string][]][] = [
        ["once", [["x-canary", "canary"]]],
        [
          "twice",
          [
            ["x-canary", "canary"],
            ["x-canary", "canary"],
          ],
        ],
        [
          "with both values",
          [
            ["x-canary", "stable"],
            ["x-canary", "canary"],
          ],
        ],
        ["in mixed case", [["X-Canary", "canary"]]],
        ["empty", [["x-canary", ""]]],
        [
          "empty and full",
          [
            ["x-canary", ""],
            ["x-canary", "canary"],
          ],
        ],
        ["as a list", [["x-canary", "canary, stable"]]],
        ["with bytes that are no text", [["x-canary", "\xff\x80"]]],
      ];
      for (const [how, headers] of spoofs) {
        it(how, async () => {
          const stable = await host.fetch("/", { headers: [...headers, ["x-user-id", STABLE_USER]] });
          expect(variantOf(stable)).toBe("stable");
          const canary = await host.fetch("/", { headers: [...headers, ["x-user-id", CANARY_USER]] });
          expect(variantOf(canary)).toBe("canary");
          const nobody = await host.fetch("/", { headers });
          expect(variantOf(nobody)).toBe("stable");
        });
      }
    });

    describe("the override", () => {
      it("chooses with the secret, and does not go upstream", async () => {
        const canary = await host.fetch(
          "/",
          asUser(STABLE_USER, { "x-canary-override": "canary;override-secret" }),
        );
        expect(variantOf(canary)).toBe("canary");
        expect(canary.upstream?.request.header("x-canary-override")).toBeNull();
        expect(canary.header("set-cookie")).toBeNull();
        const stable = await host.fetch(
          "/",
          asUser(CANARY_USER, { "X-Canary-Override": "stable; override-secret" }),
        );
        expect(variantOf(stable)).toBe("stable");
      });

      const refused: [string, [string, string][]][] = [
        ["without the secret", [["x-canary-override", "canary"]]],
        ["with a wrong secret", [["x-canary-override", "canary;override-secreT"]]],
        ["with part of the secret", [["x-canary-override", "canary;override"]]],
        ["with an empty secret", [["x-canary-override", "canary;"]]],
        ["of an unknown variant", [["x-canary-override", "blue;override-secret"]]],
        [
          "sent twice",
          [
            ["x-canary-override", "canary;override-secret"],
            ["x-canary-override", "canary;override-secret"],
          ],
        ],
        ["as a list", [["x-canary-override", "canary;override-secret, canary;override-secret"]]],
        ["empty", [["x-canary-override", ""]]],
        ["with bytes that are no text", [["x-canary-override", "canary;\xff\xfe"]]],
      ];
      for (const [how, headers] of refused) {
        it(`is ignored ${how}`, async () => {
          const before = await host.metric("sidecraft_canary_overrides_refused");
          const response = await host.fetch("/", { headers: [...headers, ["x-user-id", STABLE_USER]] });
          expect(variantOf(response)).toBe("stable");
          expect(response.upstream?.request.header("x-canary-override")).toBeNull();
          expect(await host.metric("sidecraft_canary_overrides_refused")).toBe(before + 1);
          expect(host.logs.map((line) => line.message).join("\n")).not.toContain("override-secret");
        });
      }
    });

    describe("the sticky cookie", () => {
      const seconds = (): number => Number(host.clock.now() / 1_000_000_000n);
      const valid = (variant: string, expiry = seconds() + 60): string =>
        stickyCookie({ rollout: ROLLOUT, variant, expiry, secret: SECRET });

      it("is set for a visitor who was drawn, and counts afterwards", async () => {
        for (const user of [CANARY_USER, STABLE_USER]) {
          const first = await host.fetch("/", asUser(user));
          const [cookie = "", ...attributes] = (first.header("set-cookie") ?? "").split("; ");
          expect(attributes).toEqual(["Path=/", "Max-Age=3600", "HttpOnly", "Secure", "SameSite=Lax"]);
          const [, , variant = "", expiry = ""] = cookie.split(".");
          expect(Number(expiry) - seconds()).toBeGreaterThan(3590);
          expect(Number(expiry) - seconds()).toBeLessThanOrEqual(3600);
          expect(cookie).toBe(`canary=${valid(variant, Number(expiry))}`);
          const second = await host.fetch("/", { headers: { cookie: `theme=dark; ${cookie}` } });
          expect(variantOf(second)).toBe(variantOf(first));
          expect(second.header("set-cookie")).toBeNull();
        }
      });

      it("counts more than the key", async () => {
        expect(
          variantOf(await host.fetch("/", asUser(STABLE_USER, { cookie: `canary=${valid("canary")}` }))),
        ).toBe("canary");
        expect(
          variantOf(await host.fetch("/", asUser(CANARY_USER, { cookie: `canary=${valid("stable")}` }))),
        ).toBe("stable");
      });

      it("is not set for a request without key", async () => {
        const response = await host.fetch("/");
        expect(variantOf(response)).toBe("stable");
        expect(response.header("set-cookie")).toBeNull();
      });

      it("stands beside the cookies of the upstream", async () => {
        host.upstream("stable").reply({
          headers: [
            ["set-cookie", "a=1"],
            ["set-cookie", "b=2"],
          ],
        });
        const response = await host.fetch("/", asUser(STABLE_USER));
        const cookies = response.headers
          .filter(([name]) => name === "set-cookie")
          .map(([, value]) => value.split("=")[0]);
        expect(cookies).toEqual(["a", "b", "canary"]);
      });

      it("is not set where a shared cache may store the response", async () => {
        for (const cacheControl of ["public, max-age=60", "max-age=5, S-MaxAge=60"]) {
          host.upstream("canary").reply({ headers: { "cache-control": cacheControl } });
          const response = await host.fetch("/", asUser(CANARY_USER));
          expect(variantOf(response)).toBe("canary");
          expect(response.header("set-cookie")).toBeNull();
        }
      });

      const forged: [string, () => string][] = [
        ["expired", () => valid("canary", seconds() - 1)],
        [
          "of another rollout",
          () => stickyCookie({ rollout: "other", variant: "canary", expiry: seconds() + 60, secret: SECRET }),
        ],
        [
          "under another secret",
          () =>
            stickyCookie({
              rollout: ROLLOUT,
              variant: "canary",
              expiry: seconds() + 60,
              secret: "x".repeat(16),
            }),
        ],
        ["with a changed variant", () => valid("stable").replace(".stable.", ".canary.")],
        [
          "with a later expiry",
          () => valid("canary", seconds() - 1).replace(/\.\d+\./, `.${seconds() + 60}.`),
        ],
        ["cut off", () => valid("canary").slice(0, -1)],
        ["that is only the variant", () => "canary"],
        ["that is empty", () => ""],
        ["with bytes that are no text", () => `v1.${ROLLOUT}.canary.\xff.\xfe`],
      ];
      for (const [what, cookie] of forged) {
        it(`is ignored and replaced when it is one ${what}`, async () => {
          const before = await host.metric("sidecraft_canary_cookies_refused");
          const response = await host.fetch("/", asUser(STABLE_USER, { cookie: `canary=${cookie()}` }));
          expect(variantOf(response)).toBe("stable");
          expect(response.header("set-cookie")).toMatch(/^canary=v1\.checkout-v2\.stable\./);
          expect(await host.metric("sidecraft_canary_cookies_refused")).toBe(before + 1);
        });
      }

      it("is ignored when it is sent twice", async () => {
        const cookie = `canary=${valid("canary")}`;
        expect(
          variantOf(await host.fetch("/", asUser(STABLE_USER, { cookie: `${cookie}; ${cookie}` }))),
        ).toBe("stable");
        const lines: [string, string][] = [
          ["cookie", cookie],
          ["cookie", cookie],
          ["x-user-id", STABLE_USER],
        ];
        expect(variantOf(await host.fetch("/", { headers: lines }))).toBe("stable");
      });

      it("expires", async () => {
        const cookie = { cookie: `canary=${valid("canary", seconds() + 1)}` };
        await host.clock.advance("1.1s");
        expect(variantOf(await host.fetch("/", asUser(STABLE_USER, cookie)))).toBe("stable");
      });
    });

    it("takes the first key there is", async () => {
      expect(
        variantOf(await host.fetch("/", asUser(STABLE_USER, { cookie: `session=${CANARY_USER}` }))),
      ).toBe("canary");
      expect(variantOf(await host.fetch("/", asUser(CANARY_USER, { cookie: "session=" })))).toBe("canary");
      const twice = { cookie: `session=${STABLE_USER}; session=${STABLE_USER}` };
      expect(variantOf(await host.fetch("/", asUser(CANARY_USER, twice)))).toBe("canary");
    });

    it("overwrites the response header of the upstream", async () => {
      host.upstream("stable").reply({
        headers: [
          ["x-canary-variant", "canary"],
          ["x-canary-variant", "blue"],
        ],
      });
      expect((await host.fetch("/", asUser(STABLE_USER))).header("x-canary-variant")).toBe("stable");
    });

    it("counts by variant and reason", async () => {
      const names = ["canary_bucket", "stable_bucket", "canary_override", "stable_no_key", "stable_cookie"];
      const counts = (): Promise<number[]> =>
        Promise.all(names.map((name) => host.metric(`sidecraft_canary_requests_${name}`)));
      const before = await counts();
      await host.fetch("/", asUser(CANARY_USER));
      await host.fetch("/", asUser(CANARY_USER));
      await host.fetch("/", asUser(STABLE_USER));
      await host.fetch("/", { headers: { "x-canary-override": "canary;override-secret" } });
      await host.fetch("/");
      const expiry = Number(host.clock.now() / 1_000_000_000n) + 60;
      const cookie = stickyCookie({ rollout: ROLLOUT, variant: "stable", expiry, secret: SECRET });
      await host.fetch("/", { headers: { cookie: `canary=${cookie}` } });
      expect((await counts()).map((count, i) => count - (before[i] ?? 0))).toEqual([2, 1, 1, 1, 1]);
    });
  },
);

describeHosts(
  "canary: a running rollout",
  {
    filters: [{ filter: "canary", config: { rollout: ROLLOUT, percent: 0, key: [{ header: "x-user-id" }] } }],
    routes: ROUTES,
  },
  ({ it, host }) => {
    const config = (percent: number | string, more: object = {}): object => ({
      ...{ rollout: ROLLOUT, percent, key: [{ header: "x-user-id" }] },
      ...more,
    });
    const all = Array.from({ length: 30 }, (_, i) => `user-${i}`);
    const onCanary = async (): Promise<string[]> => {
      const variants = await Promise.all(
        all.map(async (user) => variantOf(await host.fetch("/", asUser(user)))),
      );
      return all.filter((_, i) => variants[i] === "canary");
    };

    it("begins with nobody, grows without losing anybody, ends with everybody", async () => {
      expect(await onCanary()).toEqual([]);
      for (const percent of [20, 60, 100]) {
        expect(await host.updateFilter("canary", config(percent))).toEqual({ accepted: true });
        expect(await onCanary()).toEqual(all.filter((user) => bucketOf(ROLLOUT, user) < percent * 100));
      }
      expect(variantOf(await host.fetch("/"))).toBe("canary");
      expect(await host.updateFilter("canary", config(0))).toEqual({ accepted: true });
      expect(await onCanary()).toEqual([]);
    });

    it("reaches a hundredth of a percent", async () => {
      await host.updateFilter("canary", config("0.01%"));
      const [chosen = "", next = ""] = [...users(0, 1), ...users(1, 2)];
      expect(variantOf(await host.fetch("/", asUser(chosen)))).toBe("canary");
      expect(variantOf(await host.fetch("/", asUser(next)))).toBe("stable");
    });

    it("draws anew under another name", async () => {
      await host.updateFilter("canary", config(50, { rollout: "another" }));
      expect(await onCanary()).toEqual(all.filter((user) => bucketOf("another", user) < 5000));
    });

    it("goes on as it was when a configuration is refused", async () => {
      await host.updateFilter("canary", config(20));
      expect((await host.updateFilter("canary", config(101))).accepted).toBe(false);
      expect(await onCanary()).toEqual(all.filter((user) => bucketOf(ROLLOUT, user) < 2000));
    });

    it("lets cookies rest at 0 and 100 percent, and forgets those of another name", async () => {
      const cookie = { secret: SECRET, name: "__Host-c", max_age: "90s" };
      await host.updateFilter("canary", config(20, { cookie }));
      const sent = ((await host.fetch("/", asUser(CANARY_USER))).header("set-cookie") ?? "").split("; ");
      expect(sent).toContain("Max-Age=90");
      const visitor = { headers: { cookie: sent[0] ?? "" } };
      await host.updateFilter("canary", config(0.01, { cookie }));
      expect(variantOf(await host.fetch("/", visitor))).toBe("canary");
      await host.updateFilter("canary", config(0, { cookie }));
      expect(variantOf(await host.fetch("/", visitor))).toBe("stable");
      await host.updateFilter("canary", config(20, { cookie, rollout: "next" }));
      expect(variantOf(await host.fetch("/", visitor))).toBe("stable");
    });

    it("draws for requests without key when told so, and keeps the result", async () => {
      await host.updateFilter(
        "canary",
        config(50, { no_key: "random", cookie: { secret: SECRET, secure: false } }),
      );
      const first = await Promise.all(Array.from({ length: 40 }, () => host.fetch("/")));
      expect(new Set(first.map(variantOf))).toEqual(new Set(["canary", "stable"]));
      const [drawn] = first;
      const cookie = (drawn?.header("set-cookie") ?? "").split("; ");
      expect(cookie).not.toContain("Secure");
      for (let i = 0; i < 5; i++) {
        const again = await host.fetch("/", { headers: { cookie: cookie[0] ?? "" } });
        expect(variantOf(again)).toBe(drawn?.upstream?.name);
      }
    });

    it("trusts every client when told so, and says so", async () => {
      await host.updateFilter("canary", config(0, { override: { trust: "any", header: "x-test-variant" } }));
      expect(variantOf(await host.fetch("/", { headers: { "x-test-variant": "canary" } }))).toBe("canary");
      expect(variantOf(await host.fetch("/", { headers: { "x-test-variant": "canary;whatever" } }))).toBe(
        "canary",
      );
      expect(variantOf(await host.fetch("/", { headers: { "x-test-variant": "blue" } }))).toBe("stable");
      const warnings = host.logs.filter((line) => line.level === "warn").map((line) => line.message);
      expect(warnings.join("\n")).toContain('override.trust is "any"');
    });

    it("writes the values it is given", async () => {
      const values = { variant_header: "x-version", variants: { canary: "v2", stable: "v1" } };
      await host.updateFilter("canary", config(20, { ...values, response_header: "x-served-by" }));
      const response = await host.fetch("/", asUser(CANARY_USER, { "x-version": "v1" }));
      expect(response.upstream?.request.header("x-version")).toBe("v2");
      expect(response.header("x-served-by")).toBe("v2");
      const stable = await host.fetch("/", asUser(STABLE_USER, { "x-version": "v2" }));
      expect(stable.upstream?.request.header("x-version")).toBe("v1");
    });
  },
);

describeHosts(
  "canary: among other filters",
  {
    filters: [
      { ...NEIGHBOUR, name: "before" },
      { filter: "canary", config: CONFIG },
      { ...NEIGHBOUR, name: "after" },
    ],
    routes: ROUTES,
    workers: 2,
  },
  ({ it, host }) => {
    it("takes the identity that an earlier filter found as key", async () => {
      for (const [user, variant] of [
        [CANARY_USER, "canary"],
        [STABLE_USER, "stable"],
      ] as const) {
        for (let worker = 0; worker < 2; worker++) {
          const headers = { "x-test-identity": user, cookie: "session=someone" };
          const response = await host.fetch("/", { headers, worker });
          expect(variantOf(response)).toBe(variant);
        }
      }
    });

    it("tells later filters and access logs what it decided and why", async () => {
      const seen = async (headers: Record<string, string>): Promise<string> => {
        const { upstream } = await host.fetch("/", { headers });
        return `${upstream?.request.header("x-seen-canary.variant")} ${upstream?.request.header("x-seen-canary.reason")}`;
      };
      expect(await seen({ "x-test-identity": CANARY_USER })).toBe("canary bucket");
      expect(await seen({ "x-canary-override": "canary;override-secret" })).toBe("canary override");
      expect(await seen({})).toBe("stable no_key");
    });
  },
);
