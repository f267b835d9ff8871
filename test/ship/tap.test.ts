import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { bootstrap, tapFilter } from "../../harness/src/ship/index.ts";
import { WORKSPACE } from "../../harness/src/wasm/build.ts";
import { join } from "node:path";

it("the tap that the guide shows is the one that the harness has", () => {
  const page = readFileSync(join(WORKSPACE, "docs/guide/testing.md"), "utf8");
  const [, yaml = ""] = /```yaml\n([^]*?)```/.exec(page) ?? [];
  const { http_filters: filters } = parse(yaml) as { http_filters: unknown[] };
  expect(filters[0]).toEqual(tapFilter("/tmp/taps", "client"));
});

it("taps stand before all filters and behind the last one", () => {
  const address = { host: "127.0.0.1", port: 0 };
  const config = bootstrap(
    { filters: [{ name: "one", wasmPath: "one.wasm" }], routes: [], workers: 1 },
    { listener: address, admin: address, clusters: [], tap: "/t" },
  );
  const names = JSON.stringify(config).match(/"name":"(tap-\w+|one|envoy\.filters\.http\.router)"/g);
  expect(names?.filter((name, at) => names.indexOf(name) === at)).toEqual([
    '"name":"tap-client"',
    '"name":"one"',
    '"name":"tap-upstream"',
    '"name":"envoy.filters.http.router"',
  ]);
});
