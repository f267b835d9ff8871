/** The part of the WebAssembly JavaScript API that is used here: the compiler's own types come with the DOM only. */

export interface WasmModule {
  readonly [Symbol.toStringTag]: string;
}

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

export interface WasmGlobal {
  value: number;
}

export interface WasmInstance {
  readonly exports: Readonly<Record<string, unknown>>;
}

export type WasmImports = Record<string, Record<string, unknown>>;

interface WasmApi {
  compile(bytes: Uint8Array): Promise<WasmModule>;
  readonly Module: {
    imports(module: WasmModule): { module: string; name: string; kind: string }[];
    exports(module: WasmModule): { name: string; kind: string }[];
  };
  readonly Instance: new (module: WasmModule, imports: WasmImports) => WasmInstance;
  readonly Memory: new (limits: { initial: number; maximum?: number }) => WasmMemory;
  readonly Table: new (limits: { element: "anyfunc"; initial: number; maximum?: number }) => object;
  readonly RuntimeError: ErrorConstructor;
  readonly LinkError: ErrorConstructor;
  readonly Exception: new (...args: never[]) => object;
}

/** The WebAssembly object of the JavaScript engine. */
export const Wasm = (globalThis as unknown as { readonly WebAssembly: WasmApi }).WebAssembly;
