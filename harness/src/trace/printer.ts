import type { BorderCall, CallResult, CallSink, ReadableMemory } from "../model/calls.ts";
import { hookResultText, hookText, hostCallText } from "./decode.ts";

/** What runs on one worker: hooks that have begun, and the innermost one's line as long as it is not printed. */
interface Thread {
  depth: number;
  unprinted: string | undefined;
}

/**
 * Writes calls as lines, in the order of time:
 *
 *     auth #3 host->vm proxy_on_request_headers(3, 9, true)
 *     auth #3   vm->host proxy_get_header_map_value(RequestHeaders, "authorization") = Ok "Bearer x"
 *     auth #3 host<-vm proxy_on_request_headers = Continue
 *
 * A hook that calls nothing takes one line.
 */
export class TracePrinter implements CallSink {
  readonly #print: (line: string) => void;
  readonly #threads = new Map<number, Thread>();

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  hookBegins(call: BorderCall): void {
    const thread = this.#flush(call);
    thread.unprinted = this.#line(call, thread, `host->vm ${hookText(call)}`);
    thread.depth++;
  }

  hookEnds(call: BorderCall, result: CallResult): void {
    const thread = this.#thread(call);
    thread.depth = Math.max(0, thread.depth - 1);
    const end = hookResultText(call, result);
    const { unprinted } = thread;
    thread.unprinted = undefined;
    if (unprinted !== undefined) this.#print(unprinted + end);
    else this.#print(this.#line(call, thread, `host<-vm ${call.function}${end}`));
  }

  hostCalled(call: BorderCall, memory: ReadableMemory | undefined, result: CallResult): void {
    const thread = this.#flush(call);
    this.#print(this.#line(call, thread, `vm->host ${hostCallText(call, memory, result)}`));
  }

  #line({ plugin, worker, contextId }: BorderCall, { depth }: Thread, text: string): string {
    const thread = worker === 0 ? "" : worker < 0 ? "main " : `worker ${worker} `;
    return `${plugin === "" ? "" : `${plugin} `}${thread}#${contextId} ${"  ".repeat(depth)}${text}`;
  }

  #thread({ worker }: BorderCall): Thread {
    let thread = this.#threads.get(worker);
    if (!thread) this.#threads.set(worker, (thread = { depth: 0, unprinted: undefined }));
    return thread;
  }

  #flush(call: BorderCall): Thread {
    const thread = this.#thread(call);
    if (thread.unprinted !== undefined) this.#print(thread.unprinted);
    thread.unprinted = undefined;
    return thread;
  }
}
