// What only the emulator can do: a host that does not let a filter change headers.

import { afterAll, beforeAll, expect, it } from "vitest";
import { Wasm, type WasmImports, type WasmModule } from "../../harness/src/emulator/vm/webassembly.ts";
import { targetUnderTest } from "../../harness/src/testing/coverage.ts";
import { startEmulator } from "../../harness/src/testing/start-emulator.ts";
import { wasmFile } from "../../harness/src/wasm/build.ts";
import { stickyCookie } from "./canary-contract.ts";

const WASM = wasmFile("canary", targetUnderTest);
const BAD_ARGUMENT = 2;
const REMOVE = "proxy_remove_header_map_value";
const REPLACE = "proxy_replace_header_map_value";
const REMOVALS = ["x-canary-override", "x-canary"];

type HostFunction = (...args: number[]) => number;

const { Instance } = Wasm;
/** Whether the host refuses this call; `name` is of the header. */
let refuses: (call: string, name: string) => boolean = () => false;

beforeAll(() => {
  class Refusing extends Instance {
    constructor(module: WasmModule, imports: WasmImports) {
      const env: Record<string, unknown> = { ...imports.env };
      const guard = (call: string): void => {
        const original = env[call] as HostFunction;
        env[call] = (...args: number[]): number => {
          const [, at = 0, size = 0] = args;
          const memory = this.exports.memory as { readonly buffer: ArrayBuffer };
          const name = Buffer.from(memory.buffer, at, size).toString("latin1");
          return refuses(call, name) ? BAD_ARGUMENT : original(...args);
        };
      };
      [REMOVE, REPLACE].forEach(guard);
      super(module, { ...imports, env: env });
    }
  }
  Object.assign(Wasm, { Instance: Refusing });
});

afterAll(() => {
  Object.assign(Wasm, { Instance });
  refuses = () => false;
});

async function answerTo(headers: readonly (readonly [string, string])[]) {
  const reached: string[] = [];
  const emulator = await startEmulator({
    topology: {
      filters: [
        {
          name: "canary",
          wasmPath: WASM,
          config: {
            rollout: "r",
            percent: 1,
            override: { secret: "override-secret" },
            cookie: { secret: "a-secret-of-the-tests" },
            response_header: "x-served-by",
          },
        },
      ],
      routes: [
        { match: { prefix: "/", headers: { "x-canary": "canary" } }, cluster: "canary" },
        { match: { prefix: "/" }, cluster: "stable" },
      ],
      workers: 1,
    },
    clusters: (cluster) => () => {
      reached.push(cluster);
      return { status: 200, headers: [], body: new Uint8Array() };
    },
  });
  const request = { method: "GET", path: "/", authority: "a.test", headers, body: new Uint8Array() };
  const response = await emulator.fetch(request);
  return { response, reached, traps: emulator.traps };
}

it.each([
  ...REMOVALS.map((name) => [`the removal of ${name}`, REMOVE, name] as const),
  ["a new value of x-canary", REPLACE, "x-canary"] as const,
])("answers 500 when the host refuses %s", async (_, call, name) => {
  refuses = (refused, header) => refused === call && header === name;
  const cookie = stickyCookie({
    rollout: "r",
    variant: "stable",
    expiry: 1,
    secret: "a-secret-of-the-tests",
  });
  const { response, reached, traps } = await answerTo([
    ["x-canary", "canary"],
    ["x-canary-override", "canary;wrong-secret"],
    ["cookie", `canary=${cookie}`],
  ]);
  expect(response.status).toBe(500);
  expect(response.details).toBe("canary_failed");
  expect(response.headers.filter(([field]) => /^(set-cookie|x-served-by)$/.test(field))).toEqual([]);
  expect(reached).toEqual([]);
  expect(traps).toEqual([]);
});

it("sends the request on when the host refuses nothing", async () => {
  refuses = () => false;
  const { response, reached } = await answerTo([["x-canary", "canary"]]);
  expect(response.status).toBe(200);
  expect(reached).toEqual(["stable"]);
});
