import { readFileSync } from "node:fs";
import binaryen from "binaryen";
import { expect, it } from "vitest";
import { FUEL, insertFuel } from "../../harness/src/bytecode/fuel.ts";
import { Wasm } from "../../harness/src/emulator/vm/webassembly.ts";
import { wasmFile } from "../../harness/src/wasm/build.ts";

const TEXT = `(module
  (type $unary (func (param i32) (result i32)))
  (import "env" "shared" (global $shared i32))
  (global $own (mut i32) (i32.const 5))
  (memory (export "memory") 1)
  (table 1 funcref)
  (elem (i32.const 0) $leaf)
  (func $leaf (export "leaf") (type $unary) (i32.mul (local.get 0) (global.get $own)))
  (func (export "count") (param $n i32) (result i32)
    (loop $again
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br_if $again (local.get $n)))
    (call_indirect (type $unary) (i32.const 3) (i32.const 0)))
  (func $spread (export "spread") (param $depth i32)
    (if (local.get $depth) (then
      (call $spread (i32.sub (local.get $depth) (i32.const 1)))
      (call $spread (i32.sub (local.get $depth) (i32.const 1))))))
  (func (export "forever") (loop $again (br $again)))
  (func $fail (param i32) (if (local.get 0) (then (unreachable))))
  (func (export "late") (param $n i32)
    (loop $again
      (call $fail (i32.eq (local.get $n) (i32.const 3)))
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br_if $again (local.get $n))))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))`;

interface Exports {
  readonly [FUEL]: { value: number };
  leaf(n: number): number;
  count(n: number): number;
  spread(depth: number): void;
  forever(): void;
  late(n: number): void;
  grow(pages: number): number;
}

function compiled(): Uint8Array {
  const module = binaryen.parseText(TEXT);
  const bytes = module.emitBinary();
  module.dispose();
  return bytes;
}

async function start(wasm: Uint8Array): Promise<Exports> {
  const instance = new Wasm.Instance(await Wasm.compile(wasm), { env: { shared: 1 } });
  return instance.exports as unknown as Exports;
}

it("takes a step for a turn of a loop and for a call of what calls others, and changes nothing else", async () => {
  const exports = await start(insertFuel(compiled(), 1000, 10).wasm);
  expect(exports.leaf(2)).toBe(10);
  expect(exports[FUEL].value).toBe(1000);
  expect(exports.count(7)).toBe(15);
  expect(exports[FUEL].value).toBe(1000 - 7 - 1);
});

it.each(["forever", "spread"] as const)("ends %s, which has no end of its own", async (name) => {
  const exports = await start(insertFuel(compiled(), 100_000, 10).wasm);
  expect(() => exports[name](1000)).toThrow(Wasm.RuntimeError);
  expect(exports[FUEL].value).toBe(0);
});

it("knows where in the given module a trap was", async () => {
  const module = compiled();
  const bounded = insertFuel(module, 100_000, 10);
  const places = async (wasm: Uint8Array): Promise<number[]> => {
    const exports = await start(wasm);
    try {
      exports.late(9);
    } catch (error) {
      const frames = (error as Error).stack?.matchAll(/wasm-function\[\d+\]:0x([\da-f]+)/g) ?? [];
      return Array.from(frames, ([, offset = ""]) => parseInt(offset, 16));
    }
    return [];
  };
  const expected = await places(module);
  expect(expected).toHaveLength(2);
  const found = await places(bounded.wasm);
  expect(found).not.toEqual(expected);
  expect(found.map(bounded.originalOffset)).toEqual(expected);
});

it("keeps the memory within its bound", async () => {
  const exports = await start(insertFuel(compiled(), 1000, 10).wasm);
  expect(exports.grow(9)).toBe(1);
  expect(exports.grow(1)).toBe(-1);
});

it("costs a module less than an eighth of its size", () => {
  const module = readFileSync(wasmFile("auth"));
  expect(insertFuel(module, 1000, 10).wasm.length / module.length).toBeLessThan(1.125);
});

it("refuses what is no module", () => {
  expect(() => insertFuel(Buffer.from("not a module"), 1000, 10)).toThrow(RangeError);
});
