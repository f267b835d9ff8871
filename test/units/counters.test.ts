import binaryen from "binaryen";
import { expect, it } from "vitest";
import { Wasm } from "../../harness/src/emulator/vm/webassembly.ts";
import { type CountingModule, insertCounters } from "../../harness/src/bytecode/counters.ts";

const TEXT = `(module
  (import "env" "other" (func $other (param i32)))
  (import "env" "shared" (global $shared i32))
  (memory 1)
  (export "memory" (memory 0))
  (func (export "count") (param $n i32) (result i32)
    (local $sum i32)
    (block $out
      (loop $again
        (br_if $out (i32.eqz (local.get $n)))
        (if (i32.and (local.get $n) (i32.const 1))
          (then (call $other (local.get $n)))
          (else (local.set $sum (i32.add (local.get $sum) (i32.load (global.get $shared))))))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br $again)))
    (local.get $sum))
  (func (export "forever") (loop $again (br $again))))`;

interface Exports {
  readonly counters: { readonly buffer: ArrayBuffer };
  readonly fuel: { value: number };
  count(n: number): number;
  forever(): void;
}

function compiled(): Uint8Array {
  const module = binaryen.parseText(TEXT);
  const bytes = module.emitBinary();
  module.dispose();
  return bytes;
}

async function start({ wasm }: CountingModule): Promise<Exports> {
  const imports = { env: { other: () => {}, shared: 0 } };
  return new Wasm.Instance(await Wasm.compile(wasm), imports).exports as unknown as Exports;
}

it("counts every branch and leaves the module as it was", async () => {
  const counting = insertCounters(compiled());
  const exports = await start(counting);
  expect(exports.count(6)).toBe(0);
  expect("fuel" in exports).toBe(false);
  const counts = [...new Uint32Array(exports.counters.buffer, 0, counting.offsets.length)];
  // Function, loop, behind the branch, both ways of the if, behind it and behind the block; the other function's two.
  expect(counts).toEqual([1, 7, 6, 3, 3, 6, 1, 0, 0]);
  expect(counting.offsets).toEqual([...counting.offsets].sort((a, b) => a - b));
});

it("ends what runs for longer than its fuel", async () => {
  const exports = await start(insertCounters(compiled(), { fuel: true }));
  exports.fuel.value = 1000;
  exports.count(500);
  expect(exports.fuel.value).toBe(1000 - 502);
  expect(() => exports.forever()).toThrow(Wasm.RuntimeError);
  expect(exports.fuel.value).toBe(0);
});

it("refuses what is no module", () => {
  expect(() => insertCounters(Buffer.from("not a module"))).toThrow(RangeError);
});
