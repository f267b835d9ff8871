import { readFileSync, readdirSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, inject, it } from "vitest";
import { checkConfiguration } from "../../harness/src/testing/index.ts";
import { ACCEPTED, REFUSED, REFUSED_BY_MODULE } from "./rate-limit-configs.ts";

const FILTER = new URL("../../filters/rate-limit/", import.meta.url);
const EXAMPLES = readdirSync(new URL("examples/", FILTER)).map(
  (file) => [file, read(`examples/${file}`)] as const,
);
const isValid = new Ajv2020({ allErrors: true }).compile(JSON.parse(read("config.schema.json")) as object);

function read(file: string): string {
  return readFileSync(new URL(file, FILTER), "utf8");
}

function parsed(config: unknown): unknown {
  return typeof config === "string" ? (JSON.parse(config) as unknown) : config;
}

describe("rate-limit: config.schema.json", () => {
  it.each([...EXAMPLES, ...ACCEPTED])("accepts %s", (_, config) => {
    isValid(parsed(config));
    expect(isValid.errors ?? []).toEqual([]);
  });

  it.each(REFUSED)("refuses %s", (_, config) => {
    expect(isValid(parsed(config))).toBe(false);
  });
});

for (const kind of ["emulator", "envoy"] as const) {
  describe.skipIf(kind === "envoy" && !inject("envoy"))(`rate-limit: configuration [${kind}]`, () => {
    it.each([...EXAMPLES, ...ACCEPTED])("accepts %s", async (_, config) => {
      expect(await checkConfiguration("rate-limit", config, kind)).toEqual({ accepted: true, errors: [] });
    });

    it.each([...REFUSED, ...REFUSED_BY_MODULE])("refuses %s", async (_, config, messages) => {
      const { accepted, errors } = await checkConfiguration("rate-limit", config, kind);
      expect(accepted).toBe(false);
      const shown = errors.map((error, i) => {
        const [start, rest] = messages[i]?.split("…") ?? [];
        return start !== undefined && rest === "" && error.startsWith(start) ? messages[i] : error;
      });
      expect(shown).toEqual(messages);
    });
  });
}
