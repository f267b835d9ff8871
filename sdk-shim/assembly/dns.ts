import * as env from "./abi/env";
import { numberOut } from "./abi/memory";
import { Status } from "./abi/types";
import { CALL_DATA } from "./body";
import { Bytes } from "./bytes";
import { actFor, effectiveContext, endActing } from "./effective";
import { Context } from "./filter";
import { beginAnswer, isStreamEnded } from "./phase";
import { pluginOf } from "./registry";
import { bytesOf } from "./text";

/** Lookups that wait for their answer, by the host's token. */
// @ts-ignore: decorator
@lazy
const pending = new Map<u32, DnsLookup>();
/** Whether the host is being asked: what it answers to then has no number yet. */
let isAsking: bool = false;
let early: DnsAnswer | null = null;

/**
 * The addresses that a name has, as the host found them.
 *
 * @example
 * ```ts
 * class Print extends DnsLookup {
 *   onResolved(answer: DnsAnswer): void {
 *     for (let i = 0; i < answer.length; i++) log(LogLevel.Info, answer.address(i));
 *   }
 * }
 * ```
 */
@final
export class DnsAnswer {
  /** How many addresses there are; 0 when the name has none, or when the host could not ask. */
  readonly length: i32;

  /** Reads what the host hands over: count, the seconds each is valid, the addresses, each with a NUL behind. */
  constructor(private readonly encoded: Bytes) {
    const count: u32 = encoded.length < 4 ? 0 : load<u32>(encoded.ptr);
    this.length = 4 + 4 * <u64>count <= <u64>encoded.length ? <i32>count : 0;
  }

  /** Address `index`, with a colon and the port 0 behind; empty beyond the end. */
  address(index: i32): Bytes {
    if (<u32>index >= <u32>this.length) return Bytes.EMPTY;
    let start = 4 + 4 * this.length;
    for (let i = 0; i < index; i++) {
      start = this.encoded.indexOf(0, start) + 1;
      if (start == 0) return Bytes.EMPTY;
    }
    return this.encoded.slice(start, this.encoded.indexOf(0, start));
  }

  /** For how many seconds address `index` may be used; 0 beyond the end. */
  secondsToLive(index: i32): u32 {
    if (<u32>index >= <u32>this.length) return 0;
    return load<u32>(this.encoded.ptr + 4 + 4 * <usize>index);
  }
}

/**
 * Asks the host for the addresses of a name (Envoy's `envoy_resolve_dns`; no part of proxy-wasm 0.2.1). Like an
 * `HttpCall` it is subclassed, and its answer is handled on behalf of `owner`, a plugin or a stream; when a stream ends
 * first, `onResolved` is never called. A plugin whose configuration is replaced is kept until its lookups are over:
 * the host answers to it, whether it is still there or not.
 *
 * The host may know the answer at once: an address, `localhost`, a name that it remembers or that is none. Then
 * `onResolved` is not called, for the hook that asks has not paused anything yet: look at `answer` after `resolve`.
 *
 * @example
 * ```ts
 * class FindBackend extends DnsLookup {
 *   constructor(private readonly filter: HttpFilter) {
 *     super(filter);
 *   }
 *
 *   onResolved(answer: DnsAnswer): void {
 *     this.filter.requestHeaders.set("x-backend", answer.address(0));
 *     this.filter.resumeRequest();
 *   }
 * }
 *
 * class BackendFilter extends HttpFilter {
 *   onRequestHeaders(endOfStream: bool): Action {
 *     const lookup = new FindBackend(this);
 *     if (lookup.resolve("backend.example.com") != Status.Ok) return this.reply(503).send();
 *     const answer = lookup.answer;
 *     if (!answer) return Action.Pause;
 *     this.requestHeaders.set("x-backend", answer.address(0));
 *     return Action.Continue;
 *   }
 * }
 * ```
 */
export abstract class DnsLookup {
  /** The answer, once there is one. */
  answer: DnsAnswer | null = null;

  /** For `owner`, in whose name the answer is handled. */
  constructor(private readonly owner: Context) {}

  /** The answer has come. A stream that was paused for it must be resumed or replied to here, or it hangs. */
  abstract onResolved(answer: DnsAnswer): void;

  /** Asks for `name`, a string or Bytes; afterwards `answer` may be there. Not Ok: no answer will come. */
  resolve<N>(name: N): Status {
    const plugin = pluginOf(this.owner.pluginId);
    if (!plugin) return Status.NotFound;
    const text = bytesOf<N>(name);
    isAsking = true;
    early = null;
    this.answer = null;
    const status = env.envoy_resolve_dns(text.ptr, text.length, numberOut);
    isAsking = false;
    if (status != Status.Ok) return status;
    this.answer = early;
    early = null;
    if (this.answer !== null) return Status.Ok;
    pending.set(load<u32>(numberOut), this);
    plugin.hold();
    return Status.Ok;
  }

  /** The host has the answer to `token`: hands it to the lookup, if the stream it was made for still exists. */
  static settle(token: u32): void {
    const answer = new DnsAnswer(CALL_DATA.read());
    if (!pending.has(token)) {
      if (isAsking) early = answer;
      return;
    }
    const lookup = pending.get(token);
    pending.delete(token);
    lookup.answer = answer;
    const owner = lookup.owner;
    const before = effectiveContext();
    if (actFor(owner.id)) {
      beginAnswer(owner.isRequestPaused, owner.isResponsePaused);
      lookup.onResolved(answer);
      endActing(before);
      if (isStreamEnded()) {
        owner.isRequestPaused = false;
        owner.isResponsePaused = false;
      }
    }
    const plugin = pluginOf(owner.pluginId);
    if (plugin) plugin.release();
  }
}
