import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { errorText, run } from "../../harness/src/process/exec.ts";
import { describeHosts } from "../../harness/src/testing/index.ts";
import { WORKSPACE } from "../../harness/src/wasm/build.ts";
import { codeBlocks } from "../docs/blocks.ts";

/** The compiler comes from the registry. */
const INSTALL_TIMEOUT_MS = 180_000;
const PAGE = "docs/guide/first-filter.md";

/** A folder outside of the workspace: nothing is found there but what the page says to install. */
const FOLDER = mkdtempSync(join(tmpdir(), "sidecraft-package-"));
const WASM = join(FOLDER, "tenant.wasm");

afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

/** Runs a shell command in `FOLDER`; fails with what it printed. */
async function shell(command: string): Promise<string> {
  const options = { cwd: FOLDER, timeoutMs: INSTALL_TIMEOUT_MS };
  const result = await run("sh", ["-euc", command], options).catch((error: unknown) => {
    throw new Error(`${command}: ${errorText(error)}`);
  });
  expect(result, `${command}\n${result.stdout}\n${result.stderr}`).toMatchObject({
    status: 0,
    timedOut: false,
  });
  return result.stdout;
}

describe("The SDK as a package", () => {
  it("holds the SDK, its words and its licence, and nothing else", async () => {
    const listed = await shell(`npm pack --dry-run --json '${join(WORKSPACE, "sdk-shim")}'`);
    const [pack] = Object.values(JSON.parse(listed) as Record<string, { files: { path: string }[] }>);
    const paths = pack?.files.map(({ path }) => path) ?? [];
    const inFolder = /^(assembly\/.+\.ts|runtime\/[^/]+\.ts|transform\/[^/]+(\.d\.ts|\.js))$/;
    expect(paths.filter((path) => !inFolder.test(path)).sort()).toEqual([
      "LICENSE",
      "README.md",
      "asconfig.json",
      "entry.ts",
      "index.ts",
      "package.json",
    ]);
    expect(paths.filter((path) => /\b(tests?|build|tsconfig)\b/.test(path))).toEqual([]);
    expect(paths).toContain("assembly/exports.ts");
    expect(paths).toContain("transform/index.js");
  });
});

describe(`${PAGE}, in an empty folder`, () => {
  beforeAll(async () => {
    for (const { info, code } of codeBlocks(PAGE)) {
      const [language = "", file] = info.split(" ");
      if (language === "sh" && file === undefined) {
        await shell(code.replaceAll("../sidecraft", WORKSPACE.replace(/\/$/, "")));
      } else if (file?.includes(".") === true && !file.endsWith(".test.ts")) {
        const path = join(FOLDER, file);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, code);
      }
    }
  }, INSTALL_TIMEOUT_MS);

  describeHosts("makes a filter that", { filters: [{ filter: WASM }] }, ({ it, host }) => {
    it("does what the page says", async () => {
      const refused = await host.fetch("/");
      expect([refused.status, refused.text()]).toEqual([400, "x-tenant is missing\n"]);
      expect((await host.fetch("/", { headers: { "x-tenant": "acme" } })).upstream?.name).toBe("stable");
    });
  });

  const envoy = inject("envoy");
  it.skipIf(envoy?.kind !== "binary")("makes a configuration that Envoy accepts", async () => {
    const program = envoy?.kind === "binary" ? envoy.path : "";
    await shell(`'${program}' --mode validate --disable-hot-restart --config-path envoy.yaml`);
  });

  it("suits an editor: the page's tsconfig.json finds the compiler's types and the SDK", async () => {
    const compiler = join(WORKSPACE, "node_modules/typescript/bin/tsc");
    const listed = await shell(`'${process.execPath}' '${compiler}' --project . --listFilesOnly`);
    expect(listed).toContain("assemblyscript/std/types/assembly/index.d.ts");
    expect(listed).toContain("proxy-wasm-as-sdk/index.ts");
  });
});
