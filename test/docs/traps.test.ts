import asc from "assemblyscript/asc";
import { beforeAll, describe, expect, it } from "vitest";
import { Wasm, type WasmModule } from "../../harness/src/emulator/vm/webassembly.ts";

/** What `docs/guide/language.md` says about traps, as functions. Arguments keep the compiler from working it out. */
const SOURCE = `
export function index(at: i32): i32 { const values: Array<i32> = [1, 2]; return values[at]; }
export function pop(at: i32): i32 { const values = new Array<i32>(at - 2); return values.pop(); }
export function missingKey(key: i32): i32 { return new Map<i32, i32>().get(key); }
function textOrNull(at: i32): string | null { return at == 0 ? "text" : null; }
export function nothing(at: i32): i32 { return textOrNull(at)!.length; }
export function division(at: i32): i32 { return 1 / (at - 2); }
export function remainder(at: i32): i32 { return 1 % (at - 2); }
export function thrown(at: i32): i32 { if (at == 2) throw new Error("thrown"); return 0; }
export function asserted(at: i32): i32 { assert(at != 2); return 0; }
export function malformed(at: i32): i32 { return decodeURIComponent(at == 2 ? "%" : "a").length; }
export function depth(at: i32): i32 { return at == 0 ? 0 : depth(at + 1) + 1; }
export function wrapped(at: i32): i32 { return i32.MAX_VALUE - 1 + at; }
export function parsed(at: i32): i32 { return I32.parseInt("12abc"); }
export function cut(at: i32): i32 { return <u8>(298 + at); }
`;

const TRAPS = [
  "index",
  "pop",
  "missingKey",
  "nothing",
  "division",
  "remainder",
  "thrown",
  "asserted",
  "malformed",
  "depth",
];

describe("The language page", () => {
  let module: WasmModule;

  beforeAll(async () => {
    const options = { optimizeLevel: 3, runtime: "minimal", use: "abort=" };
    const { binary, stderr } = await asc.compileString(SOURCE, options);
    if (!binary) throw new Error(stderr.toString());
    module = await Wasm.compile(binary);
  });

  /** Calls `name` with 2 in an instance of its own. */
  const call = async (name: string): Promise<unknown> => {
    const { exports } = new Wasm.Instance(module, {});
    return (exports[name] as (at: number) => unknown)(2);
  };

  for (const name of TRAPS) {
    it(`is right that this traps: ${name}`, async () => {
      await expect(call(name)).rejects.toThrow(/unreachable|divide by zero|remainder by zero|stack size/);
    });
  }

  it("is right about what does not trap but surprises", async () => {
    expect(await Promise.all(["wrapped", "parsed", "cut"].map(call))).toEqual([-2147483648, 12, 44]);
  });
});
