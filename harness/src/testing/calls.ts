import type { BorderCall, CallResult, CallSink, ReadableMemory } from "../model/calls.ts";
import { type CallRecorder, type RecordedCall, TracePrinter } from "../trace/index.ts";

/** Whether the tests run with `--trace`. */
export const IS_TRACED = (process.env["SIDECRAFT_TRACE"] ?? "") !== "";

const MOST_LINES_OF_TEST = 2_000;

/** What was recorded while an action ran, see `TestHost.record`. */
export interface Recording<T> {
  /** What the action resolved to. */
  readonly result: T;
  /** Calls of both directions, in the order in which they began. */
  readonly calls: readonly RecordedCall[];
  /** The calls of host functions among them. */
  readonly hostCalls: readonly RecordedCall[];
  /**
   * The part of one filter of the chain.
   * @throws RangeError if the host cannot tell filters apart: a real Envoy with more than one
   */
  of(plugin: string): Recording<T>;
}

/** The calls of one host, for as many as want to see them. */
export class Calls implements CallSink {
  readonly #sinks = new Set<CallSink>();
  readonly #printer: TestTrace | undefined;

  constructor() {
    if (!IS_TRACED) return;
    this.#printer = new TestTrace();
    this.#sinks.add(this.#printer.printer);
  }

  /** This object if anybody listens; else nothing needs to be told to it. */
  get sink(): CallSink | undefined {
    return this.#sinks.size > 0 ? this : undefined;
  }

  /** Adds a listener. @returns what takes it away again */
  listen(sink: CallSink): () => void {
    this.#sinks.add(sink);
    return () => this.#sinks.delete(sink);
  }

  beginTest(): void {
    this.#printer?.beginTest();
  }

  hookBegins(call: BorderCall): void {
    for (const sink of this.#sinks) sink.hookBegins(call);
  }

  hookEnds(call: BorderCall, result: CallResult): void {
    for (const sink of this.#sinks) sink.hookEnds(call, result);
  }

  hostCalled(call: BorderCall, memory: ReadableMemory | undefined, result: CallResult): void {
    for (const sink of this.#sinks) sink.hostCalled(call, memory, result);
  }
}

/** Prints the calls of one test after the other, each up to a bound, as many lines at a time as come together. */
class TestTrace {
  readonly printer = new TracePrinter((line) => this.#take(line));
  #taken = 0;
  #unprinted: string[] = [];

  beginTest(): void {
    this.#taken = 0;
  }

  #take(line: string): void {
    if (this.#taken++ > MOST_LINES_OF_TEST) return;
    const isLast = this.#taken > MOST_LINES_OF_TEST;
    this.#unprinted.push(isLast ? `… --trace shows ${MOST_LINES_OF_TEST} lines of a test` : line);
    if (this.#unprinted.length > 1) return;
    queueMicrotask(() => {
      console.log(this.#unprinted.join("\n"));
      this.#unprinted = [];
    });
  }
}

/** The recording of an action that resolved to `result`. */
export function recordingOf<T>(result: T, { calls, dropped }: CallRecorder): Recording<T> {
  if (dropped > 0)
    throw new RangeError(`${calls.length + dropped} calls are too many to record; record fewer requests`);
  return makeRecording(result, calls);
}

function makeRecording<T>(result: T, calls: readonly RecordedCall[]): Recording<T> {
  return {
    result,
    calls,
    hostCalls: calls.filter(({ direction }) => direction === "vm->host"),
    of: (plugin) => {
      if (calls.some((call) => call.plugin === "" && call.contextId > 0))
        throw new RangeError(
          `this host does not say which calls are ${plugin}'s; test the filter alone, or in the emulator`,
        );
      return makeRecording(
        result,
        calls.filter((call) => call.plugin === plugin),
      );
    },
  };
}
