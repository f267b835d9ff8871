import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { startEnvoy } from "../../harness/src/envoy/index.ts";
import type { EnvoyInstallation } from "../../harness/src/envoy/index.ts";
import { sendHttp, serveHttp } from "../../harness/src/http/index.ts";
import type { HttpRequest } from "../../harness/src/model/index.ts";
import { wasmFile, WORKSPACE } from "../../harness/src/wasm/build.ts";
import { runCli } from "../cli/run-cli.ts";

const FOLDER = join(WORKSPACE, "build/test/capture");
const TAPS = join(FOLDER, "taps");
const REWRITE = {
  request: [{ remove: { prefix: "x-internal-" } }, { set: { name: "x-via", value: "${request.method}" } }],
  response: [{ set: { name: "x-served-by", value: "${route.name}" } }],
};
const AUTH = readFileSync(join(WORKSPACE, "filters/auth/examples/demo.json"), "utf8");
const KEY = ["x-api-key", "acme-demo-key"] as const;

const request = (method: string, path: string, more: Partial<HttpRequest>): HttpRequest => {
  return { method, path, authority: "shop.test", headers: [], body: Buffer.alloc(0), ...more };
};
const SENT: readonly HttpRequest[] = [
  request("GET", "/orders?page=2", {
    headers: [KEY, ["x-internal-a", "1"], ["accept", "a"], ["accept", "b"]],
  }),
  request("POST", "/orders", {
    headers: [KEY],
    body: Buffer.from('grün \u2028 `${x}` "); process.exit(7); ("'),
  }),
  request("PUT", "/bytes", {
    headers: [KEY],
    body: Buffer.from([0, 0xff, 0x80]),
    trailers: [["x-sum", "1"]],
  }),
  request("GET", "/secret", {}),
  request("HEAD", "/health", {}),
];

/** Has a real Envoy with two filters and two taps handle {@link SENT}. */
async function capture(installation: EnvoyInstallation): Promise<void> {
  await using upstream = await serveHttp(({ method, path, body, trailers }) => {
    const answer = path === "/bytes" ? body : Buffer.from(`${method} ${path}\n`);
    return {
      status: method === "POST" ? 201 : 200,
      headers: [
        ["x-up", "1"],
        ["set-cookie", "session=very-secret"],
      ],
      body: method === "HEAD" ? Buffer.alloc(0) : answer,
      ...(trailers && { trailers }),
    };
  }, "127.0.0.1");
  await using envoy = await startEnvoy({
    installation,
    topology: {
      filters: [
        { name: "header-rewrite", wasmPath: wasmFile("header-rewrite"), config: REWRITE },
        { name: "auth", wasmPath: wasmFile("auth"), config: AUTH },
      ],
      routes: [{ name: "shop", match: { prefix: "/" }, cluster: "shop" }],
      workers: 1,
    },
    clusters: [{ name: "shop", port: upstream.port }],
    http1Trailers: true,
    tap: TAPS,
  });
  for (const one of SENT) await sendHttp(envoy.listenerPort, one);
}

const installation = inject("envoy");
const canTap = installation?.kind === "binary";
const name = (kept: boolean): string => join(FOLDER, kept ? "kept.test.ts" : "redacted.test.ts");
const results: Awaited<ReturnType<typeof runCli>>[] = [];

if (installation && canTap) {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(TAPS, { recursive: true });
  writeFileSync(join(FOLDER, "rewrite.json"), JSON.stringify(REWRITE));
  writeFileSync(join(FOLDER, "auth.json"), AUTH);
  await capture(installation);
  const taps = readdirSync(TAPS).map((file) => join(TAPS, file));
  const filters = [
    "--upstream",
    "shop",
    "-f",
    `header-rewrite=${FOLDER}/rewrite.json`,
    "-f",
    `auth=${FOLDER}/auth.json`,
  ];
  for (const kept of [true, false])
    results.push(
      await runCli(["record", ...taps, ...filters, "-o", name(kept), ...(kept ? ["--keep-secrets"] : [])]),
    );
  // The generated tests, on the emulator and on Envoy.
  await import(name(true));
}

describe.skipIf(!canTap)("sidecraft record", () => {
  const text = (kept: boolean): string => readFileSync(name(kept), "utf8");

  it("makes one test of each request, from the two files that taps wrote of it", () => {
    for (const { code, stdout, stderr } of results) {
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(/written: .*\.test\.ts, 5 tests\n$/);
    }
    for (const { method, path } of SENT) expect(text(true)).toContain(`it("${method} ${path}: `);
  });

  it("has what the filters changed on the way to the upstream, and what they answered by themselves", () => {
    const kept = text(true);
    expect(kept).toContain('expect(request).toHaveHeader("x-user-id", "acme");');
    expect(kept).toContain('expect(request).not.toHaveHeader("x-internal-a");');
    expect(kept).toContain('expect(response).toHaveHeader("x-served-by", "shop");');
    expect(kept).toMatch(/"GET \/secret: 401"[^]*expect\(response\.upstream\)\.toBeNull\(\);/);
  });

  it("leaves secrets out unless told otherwise", () => {
    expect(text(true)).toContain(KEY[1]);
    expect(text(false)).not.toContain(KEY[1]);
    expect(text(false)).toContain('["x-api-key", "redacted"]');
    expect(text(false)).not.toContain("very-secret");
    expect(text(false)).toContain('expect(response).toHaveHeader("set-cookie");');
  });
});
