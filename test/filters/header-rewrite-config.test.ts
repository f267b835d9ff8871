import { readFileSync, readdirSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import { checkConfiguration } from "../../harness/src/testing/index.ts";
import { ACCEPTED, REFUSALS } from "./header-rewrite-configs.ts";

const room = new URL("../../filters/header-rewrite/", import.meta.url);
const readJson = (path: string): unknown => JSON.parse(readFileSync(new URL(path, room), "utf8"));
const examples = readdirSync(new URL("examples/", room)).map(
  (file) => [file, readJson(`examples/${file}`)] as const,
);

const validate = new Ajv2020({ allErrors: true }).compile(readJson("config.schema.json") as object);
/** What the schema says about a configuration as it is sent; a text that is not JSON is not valid. */
function schemaAccepts(config: unknown): boolean {
  if (typeof config !== "string") return validate(config);
  try {
    return validate(JSON.parse(config));
  } catch {
    return false;
  }
}

describe.each(["emulator", "envoy"] as const)("header-rewrite: configuration [%s]", (kind) => {
  const onHost = it.skipIf(kind === "envoy" && !inject("envoy"));

  onHost.each(examples)("accepts the example %s, as its schema does", async (_, config) => {
    expect(schemaAccepts(config), JSON.stringify(validate.errors)).toBe(true);
    expect(await checkConfiguration("header-rewrite", config, kind)).toEqual({ accepted: true, errors: [] });
  });

  onHost.each(ACCEPTED.map((config) => [JSON.stringify(config).slice(0, 100), config] as const))(
    "accepts %s",
    async (_, config) => {
      expect(schemaAccepts(config), JSON.stringify(validate.errors)).toBe(true);
      expect(await checkConfiguration("header-rewrite", config, kind)).toEqual({
        accepted: true,
        errors: [],
      });
    },
  );

  onHost.each(REFUSALS)("refuses $pointer: $message", async ({ config, pointer, message }) => {
    expect(schemaAccepts(config)).toBe(false);
    const { accepted, errors } = await checkConfiguration("header-rewrite", config, kind);
    expect(accepted).toBe(false);
    const matching = errors.filter(
      (error) => error.startsWith(`${pointer}: saw `) && error.includes(`, expected ${message}`),
    );
    expect(matching, errors.join("\n")).toHaveLength(1);
  });

  onHost("reports all errors at once", async () => {
    const config = {
      allow_system: 1,
      request: [{ set: { name: "Host", value: "${" } }, { remove: { prefix: "x-a", suffix: "b" } }],
      response: [{ append: { name: "te", value: "${nope}", mode: 1 } }],
      extra: true,
    };
    const { errors } = await checkConfiguration("header-rewrite", config, kind);
    expect(errors.map((error) => error.split(":")[0]).sort()).toEqual([
      "/allow_system",
      "/extra",
      "/request/0/set/name",
      "/request/0/set/value",
      "/request/1/remove",
      "/response/0/append/mode",
      "/response/0/append/name",
      "/response/0/append/value",
    ]);
  });
});

describe("header-rewrite: schema and module", () => {
  it("agree on configurations made at random", async () => {
    const text = fc.array(
      fc.constantFrom(..."${}?$$", "time", "request.path", "response.status", "${time}", "é", "\t", "\u0001"),
      { maxLength: 5 },
    );
    const value = text.map((pieces) => pieces.join(""));
    const name = fc.constantFrom(
      "x-a",
      "X-A",
      "",
      "host",
      "te",
      "forwarded",
      "x-envoy-a",
      "x-forwarded",
      "a b",
      "~",
    );
    const field = fc.record(
      { name, value, "x-note": fc.constant(1), mode: fc.constant(1) },
      { requiredKeys: ["name", "value"] },
    );
    const remove = fc.record({ name, prefix: name, suffix: name }, { requiredKeys: [] });
    const rule = fc.oneof(
      fc.record({ set: field }),
      fc.record({ add_if_absent: field }),
      fc.record({ remove }),
      fc.record({ set: field, append: field, remove }, { requiredKeys: [] }),
    );
    const rules = fc.array(rule, { maxLength: 2 });
    const config = fc.record(
      { request: rules, response: rules, allow_system: fc.boolean() },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(config, async (tried) => {
        const { accepted, errors } = await checkConfiguration("header-rewrite", tried, "emulator");
        expect(accepted, errors.join("\n")).toBe(schemaAccepts(tried));
      }),
      { numRuns: 200 },
    );
  });
});
