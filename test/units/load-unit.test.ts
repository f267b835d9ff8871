import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadUnit, Text } from "../../harness/src/testing/unit.ts";
import { WORKSPACE } from "../../harness/src/wasm/build.ts";

const FOLDER = "build/test/units/load-unit";

/** The path of a module with that text. */
function written(name: string, text: string): string {
  mkdirSync(join(WORKSPACE, FOLDER), { recursive: true });
  writeFileSync(join(WORKSPACE, FOLDER, name), text);
  return `${FOLDER}/${name}`;
}

describe("loadUnit", () => {
  const plain = written(
    "plain.ts",
    `import { Bytes } from "proxy-wasm-as-sdk";
    export function add(a: i32, b: i32): i32 { return a + b; }
    export function upper(text: string): string | null { return text.length > 0 ? text.toUpperCase() : null; }
    export function length(bytes: ArrayBuffer): i32 { return Bytes.fromBuffer(bytes).length; }
    export function trap(): void { unreachable(); }
    let calls = 0;
    export function count(): i32 { return ++calls; }`,
  );

  it("calls functions with numbers, text and bytes", async () => {
    const unit = await loadUnit(plain);
    expect(unit.number("add", 2, 3)).toBe(5);
    expect([unit.text("upper", new Text("abc")), unit.text("upper", new Text(""))]).toEqual(["ABC", null]);
    expect([unit.number("length", "häuser"), unit.number("length", Uint8Array.of(1, 2))]).toEqual([7, 2]);
  });

  it("gives a fresh instance each time", async () => {
    const [first, second] = [await loadUnit(plain), await loadUnit(plain)];
    expect([first.number("count"), first.number("count"), second.number("count")]).toEqual([1, 2, 1]);
  });

  it("says what is not there, and what traps", async () => {
    const unit = await loadUnit(plain);
    expect(() => unit.number("sum", 1)).toThrow(`${plain} exports no function sum`);
    expect(() => unit.number("trap")).toThrow("unreachable");
  });

  it("shows the compiler's words", async () => {
    await expect(loadUnit(written("wrong.ts", "export const a: i32 = 'x';"))).rejects.toThrow(
      /does not compile:[^]*wrong\.ts/,
    );
  });

  it("refuses a module that calls its host, by name", async () => {
    const text = `import { getProperty, Bytes } from "proxy-wasm-as-sdk";
    export function name(): bool { return getProperty(Bytes.of("plugin_name")) != null; }`;
    await expect(loadUnit(written("host.ts", text))).rejects.toThrow(
      /calls its host \([^)]*env\.proxy_get_property/,
    );
  });
});
