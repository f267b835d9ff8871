import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { parse } from "yaml";
import { refusals, validateConfig } from "../../harness/src/envoy/index.ts";
import { bootstrap } from "../../harness/src/ship/index.ts";
import { productFilters } from "../../harness/src/wasm/build.ts";
import { runCli, scratch } from "./run-cli.ts";

interface FilterEntry {
  readonly name: string;
  readonly typed_config: {
    readonly config: {
      readonly vm_config: { readonly code: { readonly local: { readonly filename: string } } };
    };
  };
}

/** A configuration with nothing but the router, into which an entry can be pasted. */
function bootstrapWith(entry: FilterEntry): ReturnType<typeof bootstrap> {
  const plain = bootstrap(
    { filters: [], routes: [{ match: { prefix: "/" }, cluster: "nowhere" }], workers: 1 },
    {
      listener: { host: "127.0.0.1", port: 0 },
      admin: { host: "127.0.0.1", port: 0 },
      clusters: [{ name: "nowhere", host: "127.0.0.1", port: 1 }],
    },
  );
  return JSON.parse(
    JSON.stringify(plain).replace('"http_filters":[', `"http_filters":[${JSON.stringify(entry)},`),
  ) as typeof plain;
}

const envoy = inject("envoy");

describe.skipIf(!envoy)("sidecraft config", () => {
  it.each(productFilters())("%s: prints an entry that Envoy takes as it is pasted", async (filter) => {
    const { code, stdout, stderr } = await runCli(["config", filter]);
    expect(stderr).toMatch(/checked: Envoy 1\.40\.\d+ accepts it\n$/);
    expect(code).toBe(0);
    const [entry, ...more] = parse(stdout) as FilterEntry[];
    expect(more).toEqual([]);
    expect(entry?.name).toBe(filter);
    if (!envoy || !entry) return;
    expect(await validateConfig(envoy, bootstrapWith(entry))).toMatchObject({ ok: true });
  });

  it("prints the same as JSON, with the path that the target knows", async () => {
    const { code, stdout } = await runCli([
      "config",
      "auth",
      "--json",
      "--wasm",
      "/etc/envoy/auth.wasm",
      "--no-check",
    ]);
    expect(code).toBe(0);
    const entry = JSON.parse(stdout) as FilterEntry;
    expect(entry.typed_config.config.vm_config.code.local.filename).toBe("/etc/envoy/auth.wasm");
    const yaml = await runCli(["config", "auth", "--wasm", "/etc/envoy/auth.wasm", "--no-check"]);
    expect(parse(yaml.stdout)).toEqual([entry]);
  });

  it("prints nothing but the filter's own words if the filter refuses", async () => {
    using directory = scratch();
    const file = join(directory.path, "wrong.json");
    writeFileSync(file, '{"realm": 5, "provders": []}');
    const { code, stdout, stderr } = await runCli(["config", "auth", "--config", file]);
    expect(stderr).toContain(`sidecraft: auth refuses ${file}:\n  /realm: `);
    expect(stderr).toMatch(/^ {2}\/provders: .*"providers"/m);
    expect(stderr).not.toMatch(/wasm log|\[critical\]|^\s+at /m);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  });

  it("hands numbers to the filter as they are written", async () => {
    using directory = scratch();
    const file = join(directory.path, "twice.json");
    writeFileSync(file, '{"rollout": "a", "percent": 1e400, "rollout": "b"}');
    const { code, stderr } = await runCli(["check", "canary", "--config", file]);
    expect(stderr).toContain("canary refuses");
    expect(code).toBe(1);
  });

  it("tells where a text cannot be read: pointer first, and the byte in the file", async () => {
    using directory = scratch();
    const file = join(directory.path, "twice.json");
    writeFileSync(file, '{"rollout": "a",\n "percent": 1,\n "percent": 2}');
    const { code, stderr } = await runCli(["check", "canary", "--config", file]);
    expect(stderr).toMatch(/\s\/percent: saw a duplicate member name at byte 33, expected each name once$/m);
    expect(code).toBe(1);
  });
});

describe.skipIf(!envoy)("sidecraft check", () => {
  const demo = "filters/canary/examples/demo.json";

  it("accepts", async () => {
    expect(await runCli(["check", "canary", "--config", demo])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^accepted: canary with filters\/canary\/examples\/demo\.json, by Envoy 1\.40/,
      ) as string,
    });
  });

  it("answers programs", async () => {
    const { code, stdout } = await runCli(["check", "canary", "--config", demo, "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ filter: "canary", accepted: true, errors: [] });
    expect(code).toBe(0);
  });

  it("tells programs why it refuses", async () => {
    using directory = scratch();
    const file = join(directory.path, "wrong.json");
    writeFileSync(file, '{"percent": 200}');
    const { code, stdout } = await runCli(["check", "canary", "--config", file, "--json"]);
    const [verdict] = stdout.split("\n");
    expect(JSON.parse(verdict ?? "")).toMatchObject({
      accepted: false,
      errors: expect.arrayContaining([expect.stringContaining("/percent")]) as string[],
    });
    expect(code).toBe(1);
  });
});

describe("a configuration file that cannot be read", () => {
  it.each([
    ["is missing", undefined, /cannot read .*: there is no such file/],
    [
      "is no JSON",
      '{\n  "realm": "demo",\n}',
      /file\.json:3:1: not JSON: a name in quotation marks expected, not "}"/,
    ],
    ["is empty", "", /file\.json:1:1: not JSON: it ends too early/],
    ["is not UTF-8", Buffer.from([0x7b, 0xff, 0x7d]), /not UTF-8/],
  ])("%s", async (_, content, message) => {
    using directory = scratch();
    const file = join(directory.path, "file.json");
    if (content !== undefined) writeFileSync(file, content);
    const { code, stdout, stderr } = await runCli(["check", "auth", "--config", file]);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  });

  it("is a directory", async () => {
    using directory = scratch();
    mkdirSync(join(directory.path, "file.json"));
    const { code, stderr } = await runCli(["config", "auth", "--config", join(directory.path, "file.json")]);
    expect(stderr).toMatch(/it is a directory/);
    expect(code).toBe(1);
  });
});

describe("the words of a refusal", () => {
  it("are the filter's, each once", () => {
    const output = [
      "[error][wasm] wasm log auth: configuration refused: /realm: a",
      "configuration refused: /realm: a",
      "configuration refused: /x: b",
      "[critical] no",
    ];
    expect(refusals(output.join("\n"))).toEqual(["/realm: a", "/x: b"]);
  });

  it("are Envoy's if the filter said nothing", () => {
    expect(refusals("Plugin auth failed to load\nbad module")).toEqual([
      "Plugin auth failed to load",
      "bad module",
    ]);
  });
});
