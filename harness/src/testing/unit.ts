import { readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { type ASUtil, instantiate } from "@assemblyscript/loader";
import { Wasm } from "../emulator/vm/webassembly.ts";
import { CompileError, WORKSPACE } from "../wasm/build.ts";

/** Files of the compiler's own options: for units they are other ones. */
const OPTIONS_FILE = "asconfig.json";
const COMPILER_ARGUMENTS = [
  "--baseDir",
  WORKSPACE,
  "--outFile",
  "module.wasm",
  "--runtime",
  "incremental",
  "--exportRuntime",
  "--noColors",
  "-O",
];

const compiled = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();

type Exports = ASUtil & Record<string, (...args: number[]) => number>;

/** An argument of an exported function. Text that is not wrapped goes to a parameter of type `ArrayBuffer`, as UTF-8. */
export type UnitArgument = Uint8Array | string | number | Text;

/** An argument for a parameter of type `string`. */
export class Text {
  readonly value: string;

  constructor(value: string) {
    this.value = value;
  }
}

/**
 * Compiles a plain AssemblyScript module, such as a filter's `policy.ts` behind a file that exports what a test calls,
 * and loads it into this process: no host, no proxy. It is compiled once per test file.
 *
 * @param entry the file, relative to the workspace
 * @returns a fresh instance
 * @throws CompileError if it does not compile
 * @throws TypeError if it calls the host of a filter, which there is none of here
 */
export async function loadUnit(entry: string): Promise<Unit> {
  let binary = compiled.get(entry);
  if (binary === undefined) compiled.set(entry, (binary = compile(entry)));
  const module = await Wasm.compile(await binary);
  const imports = Wasm.Module.imports(module).filter(({ name }) => name !== "abort");
  if (imports.length > 0) {
    const names = imports.map(({ module: from, name }) => `${from}.${name}`);
    throw new TypeError(`${entry} calls its host (${names.join(", ")}): test it with describeHosts`);
  }
  const { exports } = await instantiate<Record<string, (...args: number[]) => number>>(module, {
    env: {
      abort(message: number, file: number, line: number): never {
        const { __getString } = exports as unknown as ASUtil;
        throw new Error(`abort: ${__getString(message)} in ${__getString(file)}:${line}`);
      },
    },
  });
  return new Unit(entry, exports as unknown as Exports);
}

async function compile(entry: string): Promise<Uint8Array<ArrayBuffer>> {
  // Loaded on use: most test files compile no unit, and binaryen behind it takes half a second.
  const { asc } = await import("./unit-compiler.ts");
  let binary: Uint8Array | undefined;
  const path = relative(WORKSPACE, resolve(WORKSPACE, entry));
  const { error, stderr } = await asc.main([path, ...COMPILER_ARGUMENTS], {
    readFile: (file, base) => {
      if (file.endsWith(OPTIONS_FILE)) return null;
      try {
        return readFileSync(resolve(base, file), "utf8");
      } catch {
        return null;
      }
    },
    writeFile: (_, contents) => {
      binary = contents as Uint8Array;
    },
    listFiles: () => [],
  });
  if (error !== null || binary === undefined) throw new CompileError(entry, stderr.toString());
  return binary as Uint8Array<ArrayBuffer>;
}

/** An instance of a module. A function that traps throws, here with the module's own words and line. */
export class Unit {
  readonly exports: Exports;
  readonly #entry: string;

  constructor(entry: string, exports: Exports) {
    this.#entry = entry;
    this.exports = exports;
  }

  /** Calls an exported function that returns a number, a boolean or nothing. */
  number(name: string, ...args: UnitArgument[]): number {
    return this.#call(name, args);
  }

  /** Calls one that returns an `ArrayBuffer`: its bytes, null for null. */
  bytes(name: string, ...args: UnitArgument[]): Buffer | null {
    const pointer = this.#call(name, args);
    return pointer === 0 ? null : Buffer.from(this.exports.__getArrayBuffer(pointer));
  }

  /** Calls one that returns a `string`; null for null. */
  text(name: string, ...args: UnitArgument[]): string | null {
    const pointer = this.#call(name, args);
    return pointer === 0 ? null : this.exports.__getString(pointer);
  }

  #call(name: string, args: readonly UnitArgument[]): number {
    const { exports } = this;
    const run = exports[name];
    if (typeof run !== "function") throw new RangeError(`${this.#entry} exports no function ${name}`);
    const pinned: number[] = [];
    const lowered = args.map((arg) => {
      if (typeof arg === "number") return arg;
      const pointer = exports.__pin(
        arg instanceof Text ? exports.__newString(arg.value) : exports.__newArrayBuffer(exactBuffer(arg)),
      );
      pinned.push(pointer);
      return pointer;
    });
    const result = run(...lowered);
    pinned.forEach((pointer) => exports.__unpin(pointer));
    return result;
  }
}

function exactBuffer(value: Uint8Array | string): ArrayBuffer {
  return Uint8Array.from(typeof value === "string" ? Buffer.from(value) : value).buffer;
}
