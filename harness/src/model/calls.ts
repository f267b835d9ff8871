/** A call across the border between host and module, in either direction, with numbers as WebAssembly has them. */
export interface BorderCall {
  /** -1: the main thread. */
  readonly worker: number;
  /** "" where the host does not say. */
  readonly plugin: string;
  readonly contextId: number;
  readonly function: string;
  readonly args: readonly (number | bigint)[];
}

/** What a function returned: undefined for those that return nothing, "trap" where it did not come back. */
export type CallResult = number | undefined | "trap";

/** Linear memory as far as arguments are read from it. */
export interface ReadableMemory {
  /** The bytes; undefined if they are out of bounds. */
  view(pointer: number, length: number): Uint8Array | undefined;
}

/** Takes calls as they happen, on each worker in the order in which they nest. */
export interface CallSink {
  /** The host calls a function of the module; its end follows. */
  hookBegins(call: BorderCall): void;
  hookEnds(call: BorderCall, result: CallResult): void;
  /** A host function is over. `memory` is as it left it; undefined where the host does not show it. */
  hostCalled(call: BorderCall, memory: ReadableMemory | undefined, result: CallResult): void;
}
