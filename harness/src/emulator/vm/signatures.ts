import type { Signature } from "../../abi/index.ts";

/** What the WebAssembly API of JavaScript does not tell about a module: types, limits, the start section. */
export interface ModuleShape {
  readonly imports: readonly {
    readonly module: string;
    readonly name: string;
    readonly signature: Signature;
  }[];
  /** Memories and tables that are imported: Envoy makes one for each, whatever it is called. */
  readonly imported: readonly ImportedStore[];
  readonly exports: ReadonlyMap<string, Signature>;
  readonly memory: { readonly minimum: number; readonly maximum: number | undefined } | undefined;
  readonly hasStart: boolean;
}

/** A memory or table that a module imports. */
export interface ImportedStore {
  readonly kind: "memory" | "table";
  readonly module: string;
  readonly name: string;
  readonly limits: { readonly minimum: number; readonly maximum: number | undefined };
}

const TYPE_LETTERS: Readonly<Record<number, string>> = {
  0x7f: "i",
  0x7e: "I",
  0x7d: "f",
  0x7c: "F",
  0x7b: "v",
  0x70: "r",
  0x6f: "r",
  0x69: "r",
};

class Reader {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  byte(): number {
    const byte = this.#bytes[this.at++];
    if (byte === undefined) throw new RangeError("unexpected end of module");
    return byte;
  }

  leb(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  name(): string {
    const length = this.leb();
    this.at += length;
    return Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + this.at - length, length).toString(
      "utf8",
    );
  }

  valueType(): string {
    const code = this.byte();
    if (code === 0x63 || code === 0x64) this.leb();
    return TYPE_LETTERS[code] ?? "r";
  }

  limits(): { minimum: number; maximum: number | undefined } {
    const flags = this.byte();
    const minimum = this.leb();
    return { minimum, maximum: flags & 1 ? this.leb() : undefined };
  }

  table(): { minimum: number; maximum: number | undefined } {
    this.valueType();
    return this.limits();
  }
}

/**
 * Reads types of imports and exports from the binary (WebAssembly core specification, section 5.5).
 * @param bytes a module that has been compiled, so it is valid
 * @throws RangeError on type definitions beyond plain functions (garbage collection proposal)
 */
export function readShape(bytes: Uint8Array): ModuleShape {
  const types: Signature[] = [];
  const functions: Signature[] = [];
  const imports: { module: string; name: string; signature: Signature }[] = [];
  const imported: ImportedStore[] = [];
  const exports = new Map<string, Signature>();
  let memory: ModuleShape["memory"];
  let hasStart = false;
  const reader = new Reader(bytes, 8);
  const typeAt = (index: number): Signature => types[index] ?? ":";
  while (reader.at < bytes.length) {
    const section = reader.byte();
    const end = reader.leb() + reader.at;
    const count = section >= 1 && section <= 7 ? reader.leb() : 0;
    for (let index = 0; index < count; index++) {
      if (section === 1) types.push(functionType(reader));
      else if (section === 2) {
        const [module, name, kind] = [reader.name(), reader.name(), reader.byte()];
        if (kind === 0) {
          const signature = typeAt(reader.leb());
          functions.push(signature);
          imports.push({ module, name, signature });
        } else if (kind === 1) imported.push({ kind: "table", module, name, limits: reader.table() });
        else if (kind === 2) {
          memory = reader.limits();
          imported.push({ kind: "memory", module, name, limits: memory });
        } else if (kind === 3) {
          reader.valueType();
          reader.byte();
        } else {
          reader.byte();
          reader.leb();
        }
      } else if (section === 3) functions.push(typeAt(reader.leb()));
      else if (section === 5) memory = reader.limits();
      else if (section === 7) {
        const [name, kind, target] = [reader.name(), reader.byte(), reader.leb()];
        if (kind === 0) exports.set(name, functions[target] ?? ":");
      } else break;
    }
    if (section === 8) hasStart = true;
    reader.at = end;
  }
  return { imports, imported, exports, memory, hasStart };
}

function functionType(reader: Reader): Signature {
  const form = reader.byte();
  if (form !== 0x60) throw new RangeError(`type definition 0x${form.toString(16)} is not supported here`);
  const list = (): string => {
    let letters = "";
    for (let left = reader.leb(); left > 0; left--) letters += reader.valueType();
    return letters;
  };
  const parameters = list();
  return `${parameters}:${list()}`;
}
