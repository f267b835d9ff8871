import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { validateConfig } from "../../harness/src/envoy/index.ts";
import type { FilterSpec, Topology } from "../../harness/src/model/index.ts";
import {
  bootstrap,
  type BootstrapOptions,
  discoveryFileName,
  discoveryResponse,
  httpFilter,
  type JsonObject,
  toYaml,
} from "../../harness/src/ship/index.ts";
import { writeModule } from "../envoy/modules.ts";
import { envoyOrSkip } from "../envoy/support.ts";

const options: BootstrapOptions = {
  listener: { host: "127.0.0.1", port: 0 },
  admin: { host: "127.0.0.1", port: 0 },
  clusters: [
    { name: "up", host: "127.0.0.1", port: 8080 },
    { name: "other", host: "other.example", port: 80 },
  ],
};
const filter: FilterSpec = { name: "auth", wasmPath: "/auth.wasm" };
const topology = (...filters: FilterSpec[]): Topology => ({
  filters,
  routes: [
    { name: "canary", match: { prefix: "/", headers: { "x-canary": "yes" } }, cluster: "other" },
    { match: { prefix: "/" }, cluster: "up" },
  ],
  workers: 1,
});

describe("the entry of a filter", () => {
  it("says no more than the filter does", () => {
    expect(httpFilter(filter)).toEqual({
      name: "auth",
      typed_config: {
        "@type": "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm",
        config: {
          name: "auth",
          vm_config: { runtime: "envoy.wasm.runtime.v8", code: { local: { filename: "/auth.wasm" } } },
          failure_policy: "FAIL_CLOSED",
        },
      },
    });
  });

  it("carries everything the filter says", () => {
    const full: FilterSpec = {
      ...filter,
      config: { a: [1] },
      rootId: "r",
      vmId: "v",
      environment: { K: "1" },
      failurePolicy: "open",
    };
    expect(httpFilter(full, { wasmPath: "/elsewhere.wasm" })).toMatchObject({
      typed_config: {
        config: {
          root_id: "r",
          vm_config: {
            vm_id: "v",
            code: { local: { filename: "/elsewhere.wasm" } },
            environment_variables: { key_values: { K: "1" } },
          },
          configuration: { "@type": "type.googleapis.com/google.protobuf.StringValue", value: '{"a":[1]}' },
          failure_policy: "FAIL_OPEN",
        },
      },
    });
  });

  it("can be discovered under its name", () => {
    expect(discoveryFileName("a/b c")).toBe("a%2Fb%20c.json");
    expect(discoveryResponse(filter, {}, "7")).toMatchObject({
      version_info: "7",
      resources: [{ name: "auth", typed_config: { config: { name: "auth" } } }],
    });
  });
});

describe("the bootstrap", () => {
  it("refuses names that stand for two things, and routes that lead nowhere", () => {
    expect(() => bootstrap(topology(filter, filter), options)).toThrow('two filters are named "auth"');
    expect(() =>
      bootstrap(topology(), { ...options, clusters: [...options.clusters, options.clusters[0]!] }),
    ).toThrow(RangeError);
    expect(() => bootstrap(topology(), { ...options, clusters: options.clusters.slice(0, 1) })).toThrow(
      'cluster "other"',
    );
  });

  it("matches the header of a route exactly, in the order of the routes", () => {
    const text = JSON.stringify(bootstrap(topology(), options));
    expect(text).toContain('"headers":[{"name":"x-canary","string_match":{"exact":"yes"}}]');
    expect(text.indexOf("x-canary")).toBeLessThan(text.indexOf('{"prefix":"/"}'));
  });
});

const installation = await envoyOrSkip("binary");

describe.skipIf(installation === null)("Envoy accepts the bootstrap", () => {
  let directory: string;
  let wasmPath: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "sidecraft-test-"));
    wasmPath = await writeModule(join(directory, "status.wasm"), "status");
    return () => rm(directory, { recursive: true });
  });

  const full = (): FilterSpec => ({
    ...filter,
    wasmPath,
    config: "on: 0x10",
    rootId: "no",
    vmId: "1",
    environment: { NO: "yes", N: "1e3" },
  });
  const cases: [string, () => JsonObject][] = [
    ["without filters", () => bootstrap(topology(), options)],
    [
      "with everything",
      () => bootstrap(topology(full()), { ...options, accessLog: "/dev/stdout", http1Trailers: true }),
    ],
    [
      "with an access log file",
      () => bootstrap(topology(), { ...options, accessLog: join(directory, "access.log") }),
    ],
    [
      "with filters from a directory",
      () => bootstrap(topology(full()), { ...options, dynamicFilters: directory }),
    ],
    [
      "with filters from a service",
      () => bootstrap(topology(full()), { ...options, dynamicFilters: { restCluster: "up" } }),
    ],
  ];

  it.each(cases)("%s", async (_what, make) => {
    await writeFile(
      join(directory, discoveryFileName("auth")),
      JSON.stringify(discoveryResponse(full(), {}, "1")),
    );
    expect(await validateConfig(installation!, make())).toEqual({ ok: true });
    expect(await validateConfig(installation!, parse(toYaml(make())) as JsonObject)).toEqual({ ok: true });
  });

  it("unless the plugin refuses its configuration", async () => {
    const result = await validateConfig(
      installation!,
      bootstrap(topology({ ...full(), config: "bad" }), options),
    );
    expect(result).toMatchObject({ ok: false, output: expect.stringContaining("three bytes are refused") });
  });
});
