import { readFile } from "node:fs/promises";
import { Wasm, type WasmMemory, type WasmModule } from "../../harness/src/emulator/vm/webassembly.ts";
import { buildEntry } from "../../harness/src/wasm/build.ts";
import { insertCounters } from "../../harness/src/bytecode/counters.ts";
import { environmentOf } from "./targets/envoy.ts";

/** What became of an input: what the target wrote, or why it did not come to its end. */
export type Outcome = { readonly output: Buffer } | { readonly trap: string };

/** Function calls and turns of loops that an input may cost: parsers take time in proportion, and nothing hangs. */
const STEPS = 400_000;
const STEPS_PER_BYTE = 6_000;
const MAX_MEMORY_BYTES = 16 << 20;

/** Host functions that return bytes, and which of their parameters says where the address goes. */
const ANSWERS: Readonly<Record<string, number>> = {
  proxy_get_property: 2,
  proxy_get_header_map_value: 3,
  proxy_get_header_map_pairs: 1,
  proxy_get_shared_data: 2,
  proxy_call_foreign_function: 4,
};

interface Exports {
  readonly memory: WasmMemory;
  readonly counters: WasmMemory;
  readonly fuel: { value: number };
  begin(size: number, around: number): number;
  outputAddress(): number;
  outputSize(): number;
  end(): void;
  proxy_on_memory_allocate(size: number): number;
  _initialize(): void;
  readonly [target: string]: unknown;
}

/** The module with all targets, in a host that answers every question with the input. */
export class Guest {
  readonly edges: number;
  private readonly module: WasmModule;
  private exports: Exports;
  private input: Uint8Array = new Uint8Array();
  private lastLog = "";
  /** The last token of a gRPC call or stream, without its kind. */
  private token = 0;

  private constructor(module: WasmModule, edges: number) {
    this.module = module;
    this.edges = edges;
    this.exports = this.start();
  }

  /** Compiles the targets as filters are compiled, and has them count. */
  static async load(): Promise<Guest> {
    const { wasmPath } = await buildEntry("test/fuzz/assembly/index.ts", { alsoRead: ["filters"] });
    const { wasm, offsets } = insertCounters(await readFile(wasmPath), { fuel: true });
    return new Guest(await Wasm.compile(wasm), offsets.length);
  }

  /** How often each branch ran in the last run; valid until the next. */
  get counters(): Uint32Array {
    return new Uint32Array(this.exports.counters.buffer, 0, this.edges);
  }

  /** Runs `target` on `input`, which lies between bytes that are `around`. After a trap the module is new. */
  run(target: string, input: Uint8Array, around = 0): Outcome {
    const { exports } = this;
    const steps = STEPS + STEPS_PER_BYTE * input.length;
    this.input = input;
    this.token = 0;
    this.counters.fill(0);
    exports.fuel.value = steps;
    try {
      const at = exports.begin(input.length, around);
      new Uint8Array(exports.memory.buffer, at, input.length).set(input);
      (exports[target] as () => void)();
      const size = exports.outputSize();
      const output = Buffer.from(new Uint8Array(exports.memory.buffer, exports.outputAddress(), size));
      exports.end();
      if (exports.memory.buffer.byteLength <= MAX_MEMORY_BYTES) return { output };
      return this.restart(`took more than ${MAX_MEMORY_BYTES} bytes of memory`);
    } catch (error) {
      if (!(error instanceof Wasm.RuntimeError || error instanceof RangeError)) throw error;
      const ended = exports.fuel.value === 0;
      return this.restart(
        ended ? `did not end within ${steps} steps` : `${error.message} ${this.lastLog}`.trim(),
      );
    }
  }

  /** Forgets all that former runs left in the memory. */
  reset(): void {
    this.exports = this.start();
  }

  /** What an export without parameters returns. */
  ask(name: string): number {
    this.exports.fuel.value = STEPS;
    return (this.exports[name] as () => number)();
  }

  private restart(trap: string): Outcome {
    // What the trapped instance counted is part of the result.
    const counted = this.counters.slice();
    this.exports = this.start();
    this.counters.set(counted);
    return { trap };
  }

  private start(): Exports {
    const imports: Record<string, Record<string, (...args: number[]) => number>> = {};
    for (const { module, name } of Wasm.Module.imports(this.module)) {
      (imports[module] ??= {})[name] = this.hostFunction(name);
    }
    this.lastLog = "";
    const exports = new Wasm.Instance(this.module, imports).exports as unknown as Exports;
    exports.fuel.value = STEPS;
    this.exports = exports;
    exports._initialize();
    return exports;
  }

  private hostFunction(name: string): (...args: number[]) => number {
    const answer = ANSWERS[name];
    switch (name) {
      case "proxy_log":
        return (_level, at = 0, size = 0) => this.log(at, size);
      case "proxy_get_buffer_bytes":
        return (_type, start = 0, length = 0, addressOut = 0, sizeOut = 0) => {
          const from = start >>> 0;
          return this.answer(addressOut, sizeOut, this.input.subarray(from, from + (length >>> 0)));
        };
      case "proxy_grpc_call":
        return (...args) => this.setNumbers(args[11] ?? 0, (this.token += 4) | 1);
      case "proxy_grpc_stream":
        return (...args) => this.setNumbers(args[8] ?? 0, (this.token += 4) | 2);
      case "environ_sizes_get":
        return (countOut = 0, sizeOut = 0) => {
          const { count, text } = environmentOf(this.input);
          return this.setNumbers(countOut, count) + this.setNumbers(sizeOut, text.length);
        };
      case "environ_get":
        return (_addresses, at = 0) => {
          new Uint8Array(this.exports.memory.buffer).set(environmentOf(this.input).text, at);
          return 0;
        };
      default:
        return (...args) =>
          answer === undefined ? 0 : this.answer(args[answer] ?? 0, args[answer + 1] ?? 0, this.input);
    }
  }

  private setNumbers(at: number, ...numbers: number[]): number {
    const memory = new DataView(this.exports.memory.buffer);
    for (const [index, number] of numbers.entries()) memory.setUint32(at + 4 * index, number, true);
    return 0;
  }

  private log(at: number, size: number): number {
    this.lastLog = Buffer.from(this.exports.memory.buffer, at, size).toString();
    return 0;
  }

  private answer(addressOut: number, sizeOut: number, bytes: Uint8Array): number {
    const { exports } = this;
    // As Envoy does it: nothing has no place.
    const at = bytes.length === 0 ? 0 : exports.proxy_on_memory_allocate(bytes.length);
    if (at !== 0) new Uint8Array(exports.memory.buffer, at, bytes.length).set(bytes);
    return this.setNumbers(addressOut, at) + this.setNumbers(sizeOut, bytes.length);
  }
}
