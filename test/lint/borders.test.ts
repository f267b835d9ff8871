import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ESLint } from "eslint";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const eslint = new ESLint({ cwd: ROOT });
const BORDERS =
  /^no-restricted-(imports|syntax|globals|properties)$|^@typescript-eslint\/no-restricted-imports$/;

/** What the borders say of a file with that text at that place. */
async function complaints(filePath: string, text: string): Promise<string> {
  const [result] = await eslint.lintText(text, { filePath: join(ROOT, filePath) });
  const messages = result?.messages ?? [];
  expect(messages.filter(({ fatal }) => fatal)).toEqual([]);
  return messages
    .filter(({ ruleId }) => BORDERS.test(ruleId ?? ""))
    .map(({ message }) => message)
    .join("\n");
}

const imports = (specifier: string, name = "a"): string => `import { ${name} } from "${specifier}";\n`;
const SDK = "proxy-wasm-as-sdk";
const noRealTime = /no sockets, processes or real time/;

describe("the borders refuse", () => {
  it.each<[file: string, text: string, complaint: RegExp]>([
    ["sdk-shim/assembly/abi/x.ts", imports("../headers"), /knows Bytes, ranges/],
    ["sdk-shim/assembly/abi/x.ts", imports(SDK), /nothing else of the SDK/],
    ["sdk-shim/assembly/json/x.ts", imports("../abi/env"), /pure parts import/],
    ["sdk-shim/assembly/json/x.ts", imports("../config/object"), /pure parts import/],
    ["sdk-shim/assembly/crypto/x.ts", imports("../log"), /pure parts import/],
    ["sdk-shim/assembly/hash/x.ts", imports(SDK), /pure parts import/],
    ["sdk-shim/assembly/config/x.ts", imports("../properties"), /config\/ imports/],
    ["sdk-shim/assembly/config/x.ts", imports(SDK), /config\/ imports/],
    ["sdk-shim/assembly/bytes.ts", imports("./headers"), /below all else/],
    ["sdk-shim/assembly/utf8.ts", imports("./abi/env"), /below all else/],
    ["sdk-shim/assembly/globals/x.ts", imports("../log"), /globals\/ imports/],
    ["sdk-shim/assembly/globals/x.ts", imports(SDK), /globals\/ imports/],
    ["sdk-shim/assembly/headers.ts", imports("../index"), /not the index/],
    ["sdk-shim/assembly/headers.ts", imports(SDK), /not the index/],
    ["sdk-shim/runtime/heap.ts", imports("../assembly/bytes"), /below everything/],
    ["sdk-shim/transform/index.js", imports("../../harness/src/abi/index.ts"), /imports the compiler/],
    ["filters/auth/assembly/filter.ts", imports(`${SDK}/assembly/abi/env`), /public names/],
    ["filters/auth/assembly/filter.ts", imports("../../canary/assembly/bucket"), /own files/],
    ["filters/canary/assembly/counters.ts", imports(`${SDK}/assembly/abi/env`), /public names/],
    ["filters/auth/assembly/jwt.ts", imports(SDK, "currentTimeNanoseconds"), /Host calls belong/],
    ["filters/auth/assembly/jwt.ts", `import * as sdk from "${SDK}";\n`, /Host calls belong/],
    ["filters/auth/assembly/jwt.ts", imports(`${SDK}/assembly/abi/env`), /public names/],
    ["filters/auth/assembly/jwt.ts", "Date.now();\n", /Host calls belong/],
    ["filters/auth/assembly/jwt.ts", "Math.random();\n", /Host calls belong/],
    ["filters/auth/assembly/policy.ts", 'console.log("a");\n', /Host calls belong/],
    ["filters/auth/assembly/config.ts", "Math.random();\n", /Host calls belong/],
    ["filters/auth/assembly/jwt.ts", imports("./filter"), /Nothing imports filter\.ts/],
    ["filters/canary/assembly/key.ts", imports(SDK, "getProperty"), /Host calls belong/],
    ["filters/another/assembly/policy.ts", imports(SDK, "log"), /Host calls belong/],
    ["filters/another/assembly/deep/x.ts", imports(SDK, "log"), /Host calls belong/],
    ...["auth", "canary", "header-rewrite", "rate-limit"].flatMap((filter) =>
      ["policy", "config"].flatMap((name): [string, string, RegExp][] => [
        [`filters/${filter}/assembly/${name}.ts`, imports(SDK, "sourceAddress"), /Host calls belong/],
        [`filters/${filter}/assembly/${name}.ts`, imports(`${SDK}/assembly/abi/env`), /public names/],
        [`filters/${filter}/assembly/${name}.ts`, imports("../x"), /own files/],
        [`filters/${filter}/assembly/${name}.ts`, imports("./filter"), /Nothing imports filter\.ts/],
      ]),
    ),
    ["filters/canary/assembly/policy.ts", imports("./counters"), /nothing of the host/],
    ["filters/header-rewrite/assembly/config.ts", imports("./variables"), /nothing of the host/],
    ["filters/rate-limit/assembly/policy.ts", imports("./key"), /nothing of the host/],
    ["harness/src/model/x.ts", imports("../abi/index.ts"), /room model imports no other room/],
    ["harness/src/model/x.ts", imports("node:fs"), /imports nothing/],
    ["harness/src/abi/x.ts", imports("../model/index.ts"), /room abi imports no other room/],
    ["harness/src/abi/x.ts", imports("node:fs"), /imports nothing/],
    ["harness/src/bytecode/x.ts", imports("../abi/index.ts"), /room bytecode imports no other room/],
    ["harness/src/bytecode/x.ts", imports("node:fs"), /imports nothing/],
    ["harness/src/symbols/x.ts", imports("../model/index.ts"), /room symbols imports bytecode/],
    ["harness/src/coverage/x.ts", imports("../emulator/index.ts"), /room coverage imports bytecode, symbols/],
    ["harness/src/emulator/x.ts", imports("../wasm/build.ts"), /room emulator imports/],
    ["harness/src/emulator/vm/x.ts", imports("../../http/index.ts"), /room emulator imports/],
    ...["node:net", "node:http", "net", "node:child_process", "node:timers/promises", "node:perf_hooks"].map(
      (module): [string, string, RegExp] => ["harness/src/emulator/x.ts", imports(module), noRealTime],
    ),
    ...[
      "Date.now();",
      "new Date();",
      "setTimeout(() => {}, 1);",
      "setInterval(() => {}, 1);",
      "performance.now();",
      "globalThis.setTimeout(() => {}, 1);",
      "process.hrtime();",
    ].map((text): [string, string, RegExp] => ["harness/src/emulator/vm/x.ts", text, noRealTime]),
    ["harness/src/emulator/x.ts", 'await import("node:net");', /may be imported late/],
    ["harness/src/ship/x.ts", imports("../envoy/index.ts"), /room ship imports model/],
    ["harness/src/capture/x.ts", imports("../abi/index.ts"), /room capture imports model/],
    ["harness/src/trace/x.ts", imports("../emulator/index.ts"), /room trace imports abi, model/],
    [
      "harness/src/envoy/x.ts",
      imports("../emulator/index.ts"),
      /room envoy imports model, process, ship, symbols/,
    ],
    [
      "harness/src/envoy/x.ts",
      imports("../wasm/build.ts"),
      /room envoy imports model, process, ship, symbols/,
    ],
    [
      "harness/src/envoy/x.ts",
      imports("../http/index.ts"),
      /room envoy imports model, process, ship, symbols/,
    ],
    ["harness/src/wasm/x.ts", imports("../model/index.ts"), /room wasm imports bytecode, process, symbols/],
    ["harness/src/wasm/x.ts", imports("../envoy/index.ts"), /room wasm imports bytecode, process, symbols/],
    ["harness/src/process/x.ts", imports("../model/index.ts"), /room process imports no other room/],
    ["harness/src/http/x.ts", imports("../process/exec.ts"), /room http imports model/],
    ["harness/src/tcp/x.ts", imports("../http/index.ts"), /room tcp imports model/],
    ["harness/src/testing/x.ts", imports("../demo/index.ts"), /room testing imports/],
    ["harness/src/testing/x.ts", imports("../cli/program.ts"), /room testing imports/],
    [
      "harness/src/images/x.ts",
      imports("../demo/index.ts"),
      /room images imports envoy, process, ship, wasm/,
    ],
    ["harness/src/demo/x.ts", imports("../emulator/index.ts"), /room demo imports/],
    ["harness/src/demo/x.ts", imports("../cli/program.ts"), /room demo imports/],
    ["harness/src/cli/commands/x.ts", imports("../../emulator/index.ts"), /room cli imports/],
    ["harness/src/wasm/x.ts", imports("../../../test/envoy/support.ts"), /nothing from outside/],
  ])("in %s: %j", async (file, text, complaint) => {
    expect(await complaints(file, text)).toMatch(complaint);
  });
});

describe("the borders allow", () => {
  it.each<[file: string, text: string]>([
    ["sdk-shim/assembly/abi/x.ts", imports("../bytes") + imports("../ranges") + imports("rt/tcms")],
    ["sdk-shim/assembly/json/x.ts", imports("../bytes") + imports("../utf8") + imports("../crypto/hex")],
    ["sdk-shim/assembly/crypto/x.ts", imports("../bytes-builder") + imports("./hex")],
    ["sdk-shim/assembly/hash/x.ts", imports("../bytes")],
    ["sdk-shim/assembly/config/x.ts", imports("../json/value") + imports("../bytes")],
    ["sdk-shim/assembly/bytes.ts", imports("./utf8") + imports("./hash/quick") + imports("./ranges")],
    ["sdk-shim/assembly/headers.ts", imports("./abi/env") + imports("./bytes")],
    ["sdk-shim/transform/index.js", imports("assemblyscript/transform") + imports("./hooks.js")],
    ["filters/auth/assembly/filter.ts", imports(SDK, "log, Headers") + imports("./policy")],
    ["filters/another/assembly/filter.ts", imports(SDK, "log, Headers")],
    ["filters/rate-limit/assembly/response.ts", imports(SDK, "Reply")],
    ["filters/rate-limit/assembly/policy.ts", imports(SDK, "Bytes, withoutPort") + imports("./bucket")],
    ["filters/auth/assembly/jwt.ts", imports(SDK, "Bytes, sha256") + imports("./checks")],
    ["filters/canary/assembly/config.ts", imports(SDK, "ConfigReader") + imports("./key")],
    ["harness/src/model/x.ts", imports("./headers.ts")],
    ["harness/src/abi/x.ts", imports("./enums.ts")],
    [
      "harness/src/emulator/vm/x.ts",
      imports("../../abi/index.ts") +
        imports("../../bytecode/fuel.ts") +
        imports("node:zlib") +
        "new Date(5);",
    ],
    ["harness/src/ship/x.ts", imports("../model/index.ts") + imports("node:net")],
    ["harness/src/capture/x.ts", imports("../model/index.ts") + imports("node:path")],
    ["harness/src/trace/x.ts", imports("../abi/index.ts") + imports("../model/calls.ts")],
    [
      "harness/src/envoy/x.ts",
      imports("../model/index.ts") + imports("../ship/index.ts") + 'await import("./container.ts");',
    ],
    ["harness/src/wasm/x.ts", imports("../process/exec.ts") + imports("../bytecode/counters.ts")],
    ["harness/src/bytecode/x.ts", imports("./binary.ts")],
    ["harness/src/symbols/x.ts", imports("../bytecode/binary.ts") + imports("node:fs")],
    ["harness/src/coverage/x.ts", imports("../bytecode/insert.ts") + imports("../symbols/symbols.ts")],
    ["harness/src/process/x.ts", imports("node:child_process")],
    ["harness/src/http/x.ts", imports("../model/index.ts") + imports("node:net")],
    ["harness/src/tcp/x.ts", imports("../model/index.ts") + imports("node:net")],
    ["harness/src/testing/x.ts", imports("../emulator/index.ts") + imports("../wasm/build.ts")],
    ["harness/src/images/x.ts", imports("../envoy/index.ts") + imports("../wasm/build.ts")],
    ["harness/src/demo/x.ts", imports("../envoy/index.ts") + imports("../http/index.ts")],
    ["harness/src/cli/commands/x.ts", imports("../../demo/index.ts") + imports("../support/errors.ts")],
  ])("in %s: %j", async (file, text) => {
    expect(await complaints(file, text)).toBe("");
  });
});

/** ESLint's settings for a pure file of a filter. */
interface PureFile {
  readonly rules: {
    readonly "no-restricted-imports": [
      severity: number,
      options: { readonly paths: readonly { readonly importNames: readonly string[] }[] },
    ];
  };
}

/** Public names that do not speak to the host although their module does. */
const PURE = [
  "Action",
  "CallStatus",
  "ForeignResult",
  "LifeSpan",
  "PropertyType",
  "Signature",
  "Verification",
  "LogLevel",
  "SharedValue",
  "propertyPath",
  "withoutPort",
];

describe("the names of host calls", () => {
  it("are all public names of modules that reach the host", async () => {
    const config = (await eslint.calculateConfigForFile(
      join(ROOT, "filters/auth/assembly/jwt.ts"),
    )) as PureFile;
    const [, { paths }] = config.rules["no-restricted-imports"];
    const index = readFileSync(join(ROOT, "sdk-shim/index.ts"), "utf8");
    const exports = [...index.matchAll(/^export \{([^}]+)\} from "([^"]+)";/gm)];
    const names = exports
      .filter(([, , module = ""]) => reachesHost(join(ROOT, "sdk-shim", module)))
      .flatMap(([, list = ""]) => list.split(",").map((name) => name.trim()))
      .filter((name) => name !== "" && !PURE.includes(name));
    expect(names.toSorted()).toEqual(paths[0]?.importNames.toSorted());
  });
});

function reachesHost(module: string, seen = new Set<string>()): boolean {
  if (/\/abi\/(env|wasi_snapshot_preview1)$/.test(module)) return true;
  if (seen.has(module)) return false;
  seen.add(module);
  const file = existsSync(`${module}.ts`) ? `${module}.ts` : join(module, "index.ts");
  const source = readFileSync(file, "utf8");
  const imported = [...source.matchAll(/^(?:import|export|\}) .*from "(\.[^"]+)";/gm)];
  return imported.some(([, specifier = ""]) => reachesHost(join(dirname(file), specifier), seen));
}
