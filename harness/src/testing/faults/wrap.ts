import binaryen from "binaryen";
import { CONTROL_TEXT, gaugeOf } from "./channel.ts";

const GAUGE = 1;
/** Where the wrapper lets the host write; what was there is put back. */
const SCRATCH = 16;
const NAME_BYTES = 8;

/**
 * Wraps imports of a module: before each call the wrapper looks whether the call is to fail, see `channel.ts`.
 *
 * @param names host functions of `env`; those that the module does not import are passed over
 * @returns the module, with its functions' names and without lines
 * @throws Error if binaryen does not understand the module
 */
export function wrapImports(wasm: Uint8Array, names: readonly string[]): Uint8Array {
  binaryen.setDebugInfo(true);
  const module = binaryen.readBinary(wasm);
  try {
    module.setFeatures(binaryen.Features.All);
    const wrapped = Array.from({ length: module.getNumFunctions() }, (_, index) =>
      binaryen.getFunctionInfo(module.getFunctionByIndex(index)),
    ).flatMap(({ base, module: from, ...rest }) =>
      from === "env" && base !== null && names.includes(base) ? [{ base, ...rest }] : [],
    );
    if (wrapped.length === 0) return wasm;
    const { i32, i64, createType } = binaryen;
    const imports: [string, binaryen.Type[]][] = [
      ["proxy_define_metric", [i32, i32, i32, i32]],
      ["proxy_get_metric", [i32, i32]],
      ["proxy_increment_metric", [i32, i64]],
    ];
    for (const [name, parameters] of imports)
      module.addFunctionImport(`fault:${name}`, "env", name, createType(parameters), i32);
    for (const { name, base, params, results } of wrapped) {
      // Calls and tables know a function by its name: what has it now is the wrapper.
      module.removeFunction(name);
      module.addFunctionImport(`fault:of:${name}`, "env", base, params, results);
      module.addGlobal(`fault:gauge:${name}`, i32, true, module.i32.const(0));
      addWrapper(module, name, base, params);
    }
    if (!module.validate()) throw new Error("the module is not valid with its imports wrapped");
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}

function addWrapper(module: binaryen.Module, name: string, base: string, params: binaryen.Type): void {
  const { i32, i64 } = binaryen;
  const types = binaryen.expandType(params);
  const [first, second, value] = [types.length, types.length + 1, types.length + 2];
  const global = `fault:gauge:${name}`;
  const gauge = (): binaryen.ExpressionRef => module.global.get(global, i32);
  const at = (offset = 0): binaryen.ExpressionRef => module.i32.const(SCRATCH + offset);
  const constant = (number: bigint): binaryen.ExpressionRef => module.i64.const(number);
  const shifted = (bits: number): binaryen.ExpressionRef =>
    module.i64.shr_u(module.local.get(value, i64), constant(BigInt(bits)));
  const add = (number: bigint): binaryen.ExpressionRef =>
    module.drop(
      module.call("fault:proxy_increment_metric", [gauge(), constant(BigInt.asUintN(64, number))], i32),
    );
  const nameBytes = Buffer.from(gaugeOf(base)).readBigUInt64LE();
  module.addFunction(
    name,
    params,
    i32,
    [i64, i64, i64],
    module.block(
      null,
      [
        module.local.set(first, module.i64.load(0, 1, at())),
        module.local.set(second, module.i64.load(NAME_BYTES, 1, at())),
        module.if(
          module.i32.eqz(gauge()),
          module.block(null, [
            module.i64.store(0, 1, at(), constant(nameBytes)),
            module.drop(
              module.call(
                "fault:proxy_define_metric",
                [module.i32.const(GAUGE), at(), module.i32.const(NAME_BYTES), at(NAME_BYTES)],
                i32,
              ),
            ),
            module.global.set(global, module.i32.load(NAME_BYTES, 1, at())),
          ]),
        ),
        module.drop(module.call("fault:proxy_get_metric", [gauge(), at()], i32)),
        module.local.set(value, module.i64.load(0, 1, at())),
        module.i64.store(0, 1, at(), module.local.get(first, i64)),
        module.i64.store(NAME_BYTES, 1, at(), module.local.get(second, i64)),
        module.if(
          module.i32.wrap(module.i64.and(module.local.get(value, i64), constant(0xffffn))),
          module.if(
            module.i64.ne(shifted(32), constant(0n)),
            add(-0x100000000n),
            module.block(null, [
              add(-1n),
              module.return(module.i32.wrap(module.i64.and(shifted(16), constant(0xffffn)))),
            ]),
          ),
        ),
        module.return(
          module.call(
            `fault:of:${name}`,
            types.map((type, index) => module.local.get(index, type)),
            i32,
          ),
        ),
      ],
      i32,
    ),
  );
}

/** The plugin of the harness that sets faults. */
export function controlModule(): Uint8Array {
  const module = binaryen.parseText(CONTROL_TEXT);
  try {
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}
