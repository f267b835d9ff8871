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
}

/** Keeps calls, each from when it is over: those within a hook stand before the hook. */
export class CallRecorder implements CallSink {
  readonly calls: RecordedCall[] = [];
  /** How many more there were than are kept. */
  dropped = 0;

  hookBegins(): void {}

  hookEnds(call: BorderCall, result: CallResult): void {
    this.#keep(call, "host->vm", result, () => hookText(call) + hookResultText(call, result));
  }

  hostCalled(call: BorderCall, memory: ReadableMemory | undefined, result: CallResult): void {
    this.#keep(call, "vm->host", result, () => hostCallText(call, memory, result));
  }

  #keep(
    call: BorderCall,
    direction: RecordedCall["direction"],
    result: CallResult,
    text: () => string,
  ): void {
    if (this.calls.length < MOST_CALLS) this.calls.push({ ...call, direction, result, text: text() });
    else this.dropped++;
  }
}
