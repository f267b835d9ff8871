import { expect } from "vitest";
import { API_KEYS, demoIssuer, demoOverride } from "../../harness/src/demo/credentials.ts";
import { describeHosts } from "../../harness/src/testing/index.ts";
import { DEMO_SUITE } from "./demo-chain.ts";

const KEY = { "x-api-key": API_KEYS.acme };

describeHosts("the four filters in one chain", DEMO_SUITE, ({ it, host }) => {
  it("hands the verified identity on and nothing that the client claims", async () => {
    const claimed = { ...KEY, "x-user-id": "root", "x-user-provider": "root", "x-internal-debug": "1" };
    const response = await host.fetch("/orders", { headers: claimed });
    expect(response.status).toBe(200);
    const request = response.upstream?.request;
    expect(request?.header("x-user-id")).toBe("acme");
    expect(request?.header("x-user-provider")).toBe("partners");
    expect(request?.header("x-internal-debug")).toBeNull();
  });

  it("counts each identity against its own limit, over all workers", async () => {
    const headers = { "x-api-key": API_KEYS.globex };
    const statuses: number[] = [];
    for (let n = 0; n < 7; n++) statuses.push((await host.fetch("/orders", { headers })).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429]);
    const limited = await host.fetch("/orders", { headers });
    expect(limited.header("retry-after")).toMatch(/^[1-9]$/);
    expect(limited.upstream).toBeNull();
    expect((await host.fetch("/health")).status).toBe(200);
  });

  it("routes one identity always to the same upstream, whichever worker takes it", async () => {
    const seen = new Map<string, Set<string>>();
    for (let n = 0; n < 24; n++) {
      const subject = `user-${n % 12}`;
      const token = demoIssuer().issue(subject, 600);
      const response = await host.fetch("/orders", { headers: { authorization: `Bearer ${token}` } });
      expect(response.header("x-canary-variant")).toBe(response.upstream?.name);
      seen.set(subject, (seen.get(subject) ?? new Set()).add(response.upstream?.name ?? "none"));
    }
    expect([...seen.values()].every((names) => names.size === 1)).toBe(true);
    expect(new Set([...seen.values()].flatMap((names) => [...names]))).toEqual(new Set(["stable", "canary"]));
  });

  it("sends the override to the canary and a claimed variant nowhere", async () => {
    const token = (subject: string): string => `Bearer ${demoIssuer().issue(subject, 600)}`;
    const [name, value] = demoOverride();
    const forced = await host.fetch("/orders", {
      headers: { authorization: token("user-0"), [name]: value },
    });
    expect(forced.upstream?.name).toBe("canary");
    expect(forced.upstream?.request.header(name)).toBeNull();
    const claimed = await host.fetch("/health", { headers: { "x-canary": "canary" } });
    expect(claimed.upstream?.name).toBe("stable");
  });

  it("marks its own refusals like any response", async () => {
    const refused = await host.fetch("/orders");
    expect(refused.status).toBe(401);
    expect(refused.header("www-authenticate")).toContain('Bearer realm="sidecraft-demo"');
    expect(refused.header("x-served-by")).not.toBeNull();
    expect(refused.upstream).toBeNull();
  });
});
