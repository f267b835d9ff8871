import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { WORKSPACE } from "../../../harness/src/wasm/build.ts";
import { encodeStruct } from "../../../harness/src/emulator/vm/struct.ts";
import { JSON_WORDS } from "./json.ts";
import type { Target } from "./target.ts";

const MAX_ERRORS = 32;
const ajv = new Ajv2020({ strict: false, multipleOfPrecision: 6 });

/** Every key, constant and word of a schema: what a configuration of the filter may be made of. */
function wordsOf(schema: unknown): string[] {
  if (typeof schema === "string") return schema.length < 24 ? [JSON.stringify(schema)] : [];
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) => [`${JSON.stringify(key)}:`, ...wordsOf(value)]);
}

function checkErrors(output: Buffer): string | undefined {
  const said = output.toString();
  if (!Buffer.from(said).equals(output)) return "an error is not UTF-8";
  const lines = said.split("\n").slice(said.startsWith("\n") ? 2 : 1);
  if (lines.some((line) => !/^(configuration|\/).*: saw .*, expected /.test(line)))
    return "an error is not one line";
  if (lines.length > MAX_ERRORS) return "more errors than the log should hold";
  return undefined;
}

/** The reader of a filter's configuration: what it accepts, the filter's schema accepts, too. */
function filterTarget(filter: string, name: string): Target {
  const folder = join(WORKSPACE, "filters", filter);
  const schema = JSON.parse(readFileSync(join(folder, "config.schema.json"), "utf8")) as object;
  const matches = ajv.compile(schema);
  const examples = readdirSync(join(folder, "examples")).map((file) =>
    JSON.stringify(JSON.parse(readFileSync(join(folder, "examples", file), "utf8"))),
  );
  return {
    name,
    seeds: [
      ...examples,
      ...examples.map((text) => encodeStruct(JSON.parse(text) as Record<string, unknown>)),
    ],
    words: [...new Set(wordsOf(schema)), ...JSON_WORDS, '"1h30m"', '"50%"', "12.5"],
    check(input, output) {
      if (!output.subarray(0, 2).equals(Buffer.from("ok"))) return checkErrors(output);
      if (input.length === 0 || input[0] === 0x0a) return undefined;
      const value = JSON.parse(input.toString()) as unknown;
      return matches(value)
        ? undefined
        : `accepts what its schema refuses: ${ajv.errorsText(matches.errors)}`;
    },
  };
}

const EVERYTHING = {
  realm: "r",
  name: "n",
  optional: "o",
  secret: "s",
  names: ["a", "b"],
  keys: ["k"],
  mode: "shadow",
  strict: false,
  limit: 5,
  any_limit: -7,
  factor: 0.25,
  any_factor: 1e300,
  timeout: "1.5s",
  any_timeout: "292h",
  share: "12.5%",
  items: [{ issuer: "i", cache: { size: 3 } }, "text", null],
  codes: [200, 404],
  labels: { a: "b", "": "c", "~/": "d" },
  inner: { host: "h", port: 80 },
  any: [1.5],
  "x-note": 1,
  $schema: "s",
};

export const configTargets: readonly Target[] = [
  {
    name: "reader",
    seeds: [
      JSON.stringify(EVERYTHING),
      encodeStruct(EVERYTHING),
      JSON.stringify({
        ...EVERYTHING,
        check: 1,
        limt: 2,
        share: 12.345,
        mode: "of",
        timeout: "2h",
        keys: [1, ""],
      }),
    ],
    words: [...new Set(wordsOf(EVERYTHING)), ...JSON_WORDS, '"1h30m"', '"50%"', "12.5", "x".repeat(41)],
    check: (_, output) => checkErrors(output.subarray(Math.max(output.lastIndexOf("\nrefused"), 0))),
  },
  filterTarget("auth", "authConfig"),
  filterTarget("canary", "canaryConfig"),
  filterTarget("header-rewrite", "headerRewriteConfig"),
  filterTarget("rate-limit", "rateLimitConfig"),
];
