import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { instantiate, type ASUtil } from "@assemblyscript/loader";
import asc from "assemblyscript/asc";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "../..");
const compiled = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();

export type Exports = ASUtil & Record<string, (...args: number[]) => number>;

async function build(name: string): Promise<Uint8Array<ArrayBuffer>> {
  let binary: Uint8Array | undefined;
  const entry = `test/units/assembly/${name}.ts`;
  const options = [
    "--baseDir",
    root,
    "--outFile",
    "module.wasm",
    "--runtime",
    "incremental",
    "--exportRuntime",
    "-O",
  ];
  const { error, stderr } = await asc.main([entry, ...options], {
    readFile: (file, base) => {
      // The project's options are for filters: they add exports and a transform.
      if (file.endsWith("asconfig.json")) return null;
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
  if (error !== null || binary === undefined)
    throw new Error(`${entry}: ${error?.message}\n${stderr.toString()}`);
  return binary as Uint8Array<ArrayBuffer>;
}

/** A fresh instance of `test/units/assembly/<name>.ts`, compiled once per test file; a trap throws. */
export async function load(name: string): Promise<Guest> {
  let module = compiled.get(name);
  if (module === undefined) compiled.set(name, (module = build(name)));
  const { exports } = await instantiate<Record<string, (...args: number[]) => number>>(await module, {
    env: {
      abort(message: number, file: number, line: number): never {
        const { __getString } = exports as unknown as ASUtil;
        throw new Error(`abort: ${__getString(message)} in ${__getString(file)}:${line}`);
      },
    },
  });
  return new Guest(exports as unknown as Exports);
}

/** An argument for a parameter of type `string`; plain strings and bytes go to parameters of type `ArrayBuffer`. */
export class Text {
  readonly value: string;

  constructor(value: string) {
    this.value = value;
  }
}

type Argument = Uint8Array | string | number | Text;

/** Calls exports with what their parameters are made of. */
export class Guest {
  readonly exports: Exports;

  constructor(exports: Exports) {
    this.exports = exports;
  }

  private call(name: string, args: readonly Argument[]): number {
    const { exports } = this;
    const pinned: number[] = [];
    const lowered = args.map((arg) => {
      if (typeof arg === "number") return arg;
      const pointer = exports.__pin(
        arg instanceof Text ? exports.__newString(arg.value) : exports.__newArrayBuffer(exactBuffer(arg)),
      );
      pinned.push(pointer);
      return pointer;
    });
    const run = exports[name];
    if (run === undefined) throw new Error(`no export ${name}`);
    const result = run(...lowered);
    pinned.forEach((pointer) => exports.__unpin(pointer));
    return result;
  }

  number(name: string, ...args: Argument[]): number {
    return this.call(name, args);
  }

  /** The bytes of a returned `ArrayBuffer`, null for null. */
  bytes(name: string, ...args: Argument[]): Buffer | null {
    const pointer = this.call(name, args);
    return pointer === 0 ? null : Buffer.from(this.exports.__getArrayBuffer(pointer));
  }

  /** A returned `string`, null for null. */
  text(name: string, ...args: Argument[]): string | null {
    const pointer = this.call(name, args);
    return pointer === 0 ? null : this.exports.__getString(pointer);
  }
}

function exactBuffer(value: Uint8Array | string): ArrayBuffer {
  return Uint8Array.from(typeof value === "string" ? Buffer.from(value) : value).buffer;
}
