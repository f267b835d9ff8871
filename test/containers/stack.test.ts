import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from "vitest";
import { API_KEYS } from "../../harness/src/demo/credentials.ts";
import type { Echo } from "../../harness/src/demo/echo.ts";
import { buildImage, IMAGE_NAMES } from "../../harness/src/images/index.ts";
import { run } from "../../harness/src/process/exec.ts";
import { codeBlocks } from "../docs/blocks.ts";
import { composePrograms, PROFILES, Stack } from "./compose-stack.ts";

/** What a machine needs time for that has two slow cores. */
const SOON = { timeout: 60_000, interval: 300 };
const FILTERS = ["header_rewrite", "auth", "rate_limit", "canary"];

const programs = composePrograms();
if (process.env["CI"] && programs.length < 2)
  throw new Error("CI tests both: docker compose and docker-compose");
// A file without any test is a failure of vitest.
if (programs.length === 0) it.skip("the compose stack: there is no docker compose", () => {});

const images: Record<string, string> = {};
beforeAll(async () => {
  if (programs.length === 0) return;
  for (const name of IMAGE_NAMES) {
    const { variable, image } = await buildImage(name);
    images[variable] = image;
  }
}, 15 * 60_000);

describe.each(programs)("the stack, brought up by $name $version", { timeout: 120_000 }, ({ command }) => {
  let stack: Stack;

  beforeAll(async () => {
    stack = new Stack(command, images);
    await stack.up();
  }, 300_000);
  afterAll(() => {
    stack.down();
    expect(stack.services()).toEqual({});
  }, 150_000);

  const url = (service: string, port: number): string => `http://127.0.0.1:${stack.port(service, port)}`;
  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(url("envoy", 10_000) + path, { headers });
  const showLogs = (): void => onTestFailed(() => console.error(stack.logs()));

  it("is healthy with its default profile, which is Envoy and the upstreams", async () => {
    showLogs();
    await expect
      .poll(() => stack.services(), SOON)
      .toEqual({ canary: "healthy", envoy: "healthy", stable: "healthy" });
  });

  it("lets a request through all four filters", async () => {
    showLogs();
    const claimed = { "x-api-key": API_KEYS.acme, "x-user-id": "root" };
    const response = await get("/orders", claimed);
    expect(response.status).toBe(200);
    const echo = (await response.json()) as Echo;
    const variant = response.headers.get("x-canary-variant");
    expect(echo).toMatchObject({ upstream: variant, method: "GET", path: "/orders" });
    expect(echo.headers).toMatchObject({
      "x-user-id": "acme",
      "x-canary": variant,
      "x-via": "sidecraft GET /orders",
    });
    expect(response.headers.get("x-ratelimit-limit")).toBe("5");
    expect((await get("/orders")).status).toBe(401);
    const stats = await (await fetch(`${url("envoy", 9901)}/stats?filter=wasmcustom`)).text();
    for (const filter of FILTERS) expect(stats).toContain(`wasmcustom.sidecraft_${filter}_`);
  });

  it("serves where the rate-limit service is away", async () => {
    showLogs();
    expect((await get("/global/a", { "x-api-key": API_KEYS.acme })).status).toBe(200);
  });

  it("comes up with all that the filters talk to", async () => {
    showLogs();
    await stack.up(...PROFILES);
    await expect
      .poll(() => stack.services(), SOON)
      .toEqual({
        ...{ canary: "healthy", envoy: "healthy", stable: "healthy" },
        ...{ identity: "healthy", prometheus: "healthy", ratelimit: "up", redis: "healthy" },
      });
  });

  async function token(resource: string): Promise<string> {
    const body = new URLSearchParams({ grant_type: "client_credentials", resource });
    const authorization = `Basic ${Buffer.from("orders-client:orders-client-demo-secret").toString("base64")}`;
    const response = await fetch(`${url("identity", 8080)}/token`, {
      method: "POST",
      body,
      headers: { authorization },
    });
    expect(response.status).toBe(200);
    return ((await response.json()) as { access_token: string }).access_token;
  }

  it("has an identity provider whose tokens auth accepts", async () => {
    showLogs();
    const authorization = `Bearer ${await token("urn:sidecraft:orders")}`;
    const response = await get("/orders", { authorization });
    expect(response.status).toBe(200);
    const { headers } = (await response.json()) as Echo;
    expect(headers).toMatchObject({ "x-user-id": "orders-client", "x-user-provider": "accounts" });
    expect(headers["authorization"]).toBeUndefined();
  });

  it("has an identity provider that rotates its keys", async () => {
    showLogs();
    const origin = url("identity", 8080);
    const verify = (jwt: string): Promise<unknown> =>
      jwtVerify(jwt, createRemoteJWKSet(new URL(`${origin}/jwks`)), { audience: "orders" });
    const before = await token("urn:sidecraft:orders-jwks");
    await verify(before);
    const { kid } = (await (await fetch(`${origin}/rotate`, { method: "POST" })).json()) as { kid: string };
    const after = await token("urn:sidecraft:orders-jwks");
    expect(decodeProtectedHeader(after)).toMatchObject({ alg: "ES256", kid });
    expect(decodeProtectedHeader(before).kid).not.toBe(kid);
    await verify(after);
    await verify(before);
    // auth knows HS256: these tokens are for what is to come.
    const response = await get("/orders", { authorization: `Bearer ${after}` });
    expect(response.headers.get("www-authenticate")).toContain('error="invalid_token"');
  });

  it("asks the rate-limit service, which counts in Redis", async () => {
    showLogs();
    // Three a minute, whichever minute it is; the filter's own limit answers without that header.
    await expect
      .poll(async () => {
        const { status, headers } = await get("/global/a", { "x-api-key": API_KEYS.globex });
        return [status, headers.get("x-envoy-ratelimited")];
      }, SOON)
      .toEqual([429, "true"]);
  });

  it("answers the calls of docs/containers.md", async () => {
    showLogs();
    const moved = [
      ["localhost:10000", url("envoy", 10_000)],
      ["localhost:9901", url("envoy", 9901)],
      ["localhost:10001", url("identity", 8080)],
      ["localhost:9090", url("prometheus", 9090)],
    ] as const;
    const blocks = codeBlocks("docs/containers.md").filter(({ info }) => info === "sh stack");
    expect(blocks).toHaveLength(2);
    for (const { code } of blocks) {
      const script = moved.reduce((text, [there, here]) => text.replaceAll(there, here), code);
      const { status, stdout, stderr } = await run("bash", ["-e", "-c", script], { timeoutMs: 30_000 });
      expect(status, stdout + stderr).toBe(0);
    }
  });

  it("tells Prometheus what the filters count", async () => {
    showLogs();
    const query = encodeURIComponent("sidecraft_auth_allowed > 0");
    const ask = async (path: string): Promise<unknown[]> => {
      const answer = await fetch(`${url("prometheus", 9090)}/api/v1/${path}`);
      const { data } = (await answer.json()) as { data: unknown[] | { result: unknown[] } };
      return Array.isArray(data) ? data : data.result;
    };
    await expect.poll(async () => (await ask(`query?query=${query}`)).length, SOON).toBe(1);
    const names = await ask("label/__name__/values");
    for (const filter of FILTERS)
      expect(names).toContainEqual(expect.stringMatching(new RegExp(`^sidecraft_${filter}_`)));
  });
});
