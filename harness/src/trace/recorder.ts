import type { BorderCall, CallResult, CallSink, ReadableMemory } from "../model/calls.ts";
import { hookResultText, hookText, hostCallText } from "./decode.ts";

/** Calls kept of one recording; further ones are only counted. */
const MOST_CALLS = 100_000;

/** A call that was recorded. */
export interface RecordedCall extends BorderCall {
  readonly direction: "host->vm" | "vm->host";
  /** What it returned: undefined for nothing, "trap" where it did not come back. */
  readonly result: CallResult;
  /** The call as a person reads it, with decoded arguments and result. */
  readonly text: string;
  /** Of a host function: the hook that called it, if that began in the recording. */
  readonly hook: RecordedCall | undefined;
}

type Kept = { -readonly [Key in keyof RecordedCall]: RecordedCall[Key] };

/** Keeps calls in the order in which they began. */
export class CallRecorder implements CallSink {
  readonly calls: RecordedCall[] = [];
  /** How many more there were than are kept. */
  dropped = 0;
  /** Hooks that run, by worker, innermost last. */
  readonly #running = new Map<number, Kept[]>();

  hookBegins(call: BorderCall): void {
    const kept: Kept = {
      ...call,
      direction: "host->vm",
      result: undefined,
      text: hookText(call),
      hook: undefined,
    };
    this.#keep(kept);
    const running = this.#running.get(call.worker);
    if (running) running.push(kept);
    else this.#running.set(call.worker, [kept]);
  }

  hookEnds(call: BorderCall, result: CallResult): void {
    const kept = this.#running.get(call.worker)?.pop();
    if (!kept) return;
    kept.result = result;
    kept.text += hookResultText(call, result);
  }

  hostCalled(call: BorderCall, memory: ReadableMemory | undefined, result: CallResult): void {
    const text = hostCallText(call, memory, result);
    const hook = this.#running.get(call.worker)?.at(-1);
    this.#keep({ ...call, direction: "vm->host", result, text, hook });
  }

  #keep(call: RecordedCall): void {
    if (this.calls.length < MOST_CALLS) this.calls.push(call);
    else this.dropped++;
  }
}
