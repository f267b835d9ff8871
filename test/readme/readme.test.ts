import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { checkConfiguration, describeHosts } from "../../harness/src/testing/index.ts";
import { WORKSPACE, productFilters } from "../../harness/src/wasm/build.ts";

const README = readFileSync(join(WORKSPACE, "README.md"), "utf8");

/** The blocks of code in `language`, in order. */
function blocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(
    (match) => match[1] ?? "",
  );
}

/** The part of the README about a filter, from its bold link on. */
function about(filter: string): string {
  return README.slice(README.indexOf(`**[${filter}](filters/${filter}/README.md)**`));
}

describe.each(productFilters())("README about %s", (filter) => {
  const hosts = ["emulator", ...(inject("envoy") ? ["envoy" as const] : [])] as const;

  it.each(hosts)("has a configuration that the filter accepts [%s]", async (host) => {
    const [example = ""] = blocks(about(filter), "json");
    expect(await checkConfiguration(filter, JSON.parse(example), host)).toEqual({
      accepted: true,
      errors: [],
    });
  });
});

/** The README's filter as a file that can be compiled. */
function tenantFilter(): string {
  const [source = ""] = blocks(README, "ts");
  const folder = "build/test/readme";
  mkdirSync(join(WORKSPACE, folder), { recursive: true });
  writeFileSync(join(WORKSPACE, folder, "tenant.ts"), source);
  return `${folder}/tenant.ts`;
}

describeHosts("README: your own filter", { filters: [{ filter: tenantFilter() }] }, ({ it, host }) => {
  it("does what the README's test says", async () => {
    expect((await host.fetch("/")).status).toBe(400);
    expect((await host.fetch("/", { headers: { "x-tenant": "acme" } })).upstream?.name).toBe("stable");
  });

  it("fits in twenty lines", () => {
    const lines = (blocks(README, "ts")[0] ?? "").split("\n").filter((line) => line.trim() !== "");
    expect(lines.length).toBeLessThanOrEqual(20);
  });
});
