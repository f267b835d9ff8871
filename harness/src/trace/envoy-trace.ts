import type { BorderCall, CallSink } from "../model/calls.ts";

/** A line of Envoy's Wasm runtime at level trace (Envoy 1.40: wasm_vm.cc). */
const LINE =
  /^\[[^\]]+\]\[\d+\]\[trace\]\[wasm\] \[[^\]]*\/wasm_vm\.cc:\d+\] \[(?<direction>host->vm|vm->host|vm<-host|host<-vm)\] (?:\w+\.)?(?<name>\w+)(?:\((?<args>[^)]*)\)| return: (?<result>.*))$/;
/** A trap: the function that the host had called does not return. */
const TRAP = /^\[[^\]]+\]\[\d+\]\[\w+\]\[wasm\] \[[^\]]*\] Function: (?<name>\w+) failed: (?<message>.*)/s;

const ALLOCATORS = ["malloc", "proxy_on_memory_allocate"];
const SET_CONTEXT = "proxy_set_effective_context";

/** The trap that a line of Envoy's output tells of, if it does. */
export function trapIn(line: string): { readonly function: string; readonly message: string } | undefined {
  const { name, message = "" } = TRAP.exec(line)?.groups ?? {};
  return name === undefined ? undefined : { function: name, message };
}

/** What runs on one thread of Envoy. */
interface Thread {
  readonly worker: number;
  /** Hooks that have begun, outermost first, with the context for which host functions work in each. */
  readonly hooks: { call: BorderCall; effective: number }[];
  hostCall: BorderCall | undefined;
}

/**
 * Reads calls from Envoy's log at level `wasm:trace`. It has the numbers of arguments and results, not the bytes behind
 * pointers, and does not say which plugin a call is of.
 */
export class EnvoyTrace {
  readonly #sink: CallSink;
  readonly #plugin: string;
  readonly #threads = new Map<string, Thread>();
  #mainThread: string | undefined;

  /** @param plugin name of the plugin if there is only one, else "" */
  constructor(sink: CallSink, plugin: string) {
    this.#sink = sink;
    this.#plugin = plugin;
  }

  /** Takes a line of Envoy's output, whatever it is. The first lines are those of the main thread. */
  take(line: string): void {
    const { id, component } =
      /^\[[^\]]+\]\[(?<id>\d+)\]\[\w+\]\[(?<component>\w+)\]/.exec(line)?.groups ?? {};
    this.#mainThread ??= id;
    if (id === undefined || component !== "wasm") return;
    const thread = this.#thread(id);
    const { direction, name = "", args = "", result = "" } = LINE.exec(line)?.groups ?? {};
    if (direction === undefined) return this.#trap(line, thread);
    if (ALLOCATORS.includes(name)) return;
    const numbers = args === "" ? [] : args.split(",").map(toNumber);
    const hook = thread.hooks.at(-1);
    switch (direction) {
      case "host->vm": {
        const context = name.includes("_on_") ? Number(numbers[0] ?? 0) : 0;
        const call = this.#call(thread, name, context, numbers);
        thread.hooks.push({ call, effective: context });
        return this.#sink.hookBegins(call);
      }
      case "vm->host":
        thread.hostCall = this.#call(thread, name, hook?.effective ?? 0, numbers);
        return;
      case "vm<-host": {
        const call = thread.hostCall;
        thread.hostCall = undefined;
        if (call?.function !== name) return;
        const status = toResult(result);
        if (hook && name === SET_CONTEXT && status === 0) hook.effective = Number(call.args[0]);
        return this.#sink.hostCalled(call, undefined, status);
      }
      case "host<-vm":
        if (hook?.call.function !== name) return;
        thread.hooks.pop();
        return this.#sink.hookEnds(hook.call, toResult(result));
    }
  }

  #trap(line: string, thread: Thread): void {
    const trap = trapIn(line);
    const hook = thread.hooks.at(-1);
    if (!trap || hook?.call.function !== trap.function) return;
    thread.hooks.pop();
    this.#sink.hookEnds(hook.call, "trap");
  }

  #call({ worker }: Thread, name: string, contextId: number, args: readonly (number | bigint)[]): BorderCall {
    return { worker, plugin: this.#plugin, contextId, function: name, args };
  }

  #thread(id: string): Thread {
    let thread = this.#threads.get(id);
    if (!thread) {
      const workers = [...this.#threads.keys()].filter((other) => other !== this.#mainThread);
      const worker = id === this.#mainThread ? -1 : workers.length;
      this.#threads.set(id, (thread = { worker, hooks: [], hostCall: undefined }));
    }
    return thread;
  }
}

function toNumber(text: string): number | bigint {
  const value = BigInt(/^-?\d+/.exec(text.trim())?.[0] ?? 0);
  return value > 0xffff_ffffn || value < -0x8000_0000n ? value : Number(value);
}

function toResult(text: string): number | undefined {
  return text === "void" ? undefined : Number(toNumber(text));
}
