import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { parse } from "yaml";
import { composeConfig } from "../../harness/src/demo/compose.ts";
import { validateConfig } from "../../harness/src/envoy/index.ts";
import { IMAGE_NAMES, imageVariable } from "../../harness/src/images/index.ts";
import type { JsonObject } from "../../harness/src/ship/index.ts";
import { WORKSPACE } from "../../harness/src/wasm/build.ts";

interface Service {
  readonly image: string;
  readonly profiles?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly (string | { readonly source: string })[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: object;
}

const read = (file: string): string => readFileSync(join(WORKSPACE, file), "utf8");
const file = parse(read("docker-compose.yml"), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
};
const services = Object.entries(file.services);
const envoy = inject("envoy");

describe("compose/envoy.yaml", () => {
  it("is what `npm run compose:config` makes", () => {
    expect(read("compose/envoy.yaml"), "npm run compose:config").toBe(composeConfig());
  });

  it.skipIf(!envoy)("is accepted by Envoy with the filters in it", async () => {
    const text = read("compose/envoy.yaml").replaceAll("/etc/envoy/wasm/", join(WORKSPACE, "build/release/"));
    expect(await validateConfig(envoy as NonNullable<typeof envoy>, parse(text) as JsonObject)).toEqual({
      ok: true,
    });
  });
});

describe("docker-compose.yml", () => {
  it("takes each image from a variable, all of which `sidecraft image build` knows", () => {
    const variables = services.map(([, { image }]) => /^\$\{(\w+):-[^}]+\}$/.exec(image)?.[1]);
    expect([...new Set(variables)].sort()).toEqual(IMAGE_NAMES.map(imageVariable).sort());
  });

  it("lets address and port on this machine be chosen, and binds to this machine alone", () => {
    const ports = services.flatMap(([, service]) => service.ports ?? []);
    for (const port of ports)
      expect(port).toMatch(/^\$\{SIDECRAFT_BIND:-127\.0\.0\.1\}:\$\{SIDECRAFT_\w*PORT:-\d+\}:\d+$/);
    expect(ports.map((port) => port.slice(port.indexOf("}:$") + 2))).toEqual(
      expect.arrayContaining(["${SIDECRAFT_PORT:-10000}:10000", "${SIDECRAFT_ADMIN_PORT:-9901}:9901"]),
    );
  });

  it("needs for its default profile nothing of another", () => {
    const first = services.filter(([, { profiles }]) => profiles === undefined);
    expect(first.map(([name]) => name).sort()).toEqual(["canary", "envoy", "stable"]);
    for (const [, { depends_on: needs = {} }] of first)
      for (const name of Object.keys(needs)) expect(file.services[name]?.profiles).toBeUndefined();
  });

  it("waits for health wherever it waits", () => {
    for (const [, { depends_on: needs = {} }] of services) {
      for (const [name, { condition }] of Object.entries(needs)) {
        expect(condition).toBe("service_healthy");
        expect(file.services[name]?.healthcheck).toBeDefined();
      }
    }
  });

  it("mounts only what is there, and the modules that `npm run build` makes", () => {
    const sources = services.flatMap(([, { volumes = [] }]) =>
      volumes.map((volume) => (typeof volume === "string" ? volume.replace(/:.*/, "") : volume.source)),
    );
    expect(sources).toContain("./build/release");
    expect(sources.filter((source) => !existsSync(join(WORKSPACE, source)))).toEqual([]);
  });
});

describe("docs/containers.md", () => {
  const page = read("docs/containers.md");

  it("names every variable of docker-compose.yml and no other", () => {
    const used = [...read("docker-compose.yml").matchAll(/\$\{(\w+):-/g)].map(([, name]) => name);
    const named = [...page.matchAll(/^\| `(?=[A-Z]+_).*?\|/gm)].flatMap(
      ([cell]) => cell.match(/[A-Z][A-Z_]+/g) ?? [],
    );
    expect([...new Set(named)].sort()).toEqual([...new Set(used)].sort());
  });

  it("names every profile with its services", () => {
    for (const [name, { profiles = ["(default)"] }] of services)
      expect(page).toMatch(
        new RegExp(`^\\| \`?${profiles[0]?.replace(/[()]/g, "\\$&")}\`? .*\\b${name}\\b`, "m"),
      );
  });
});
