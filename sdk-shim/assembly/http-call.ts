import * as env from "./abi/env";
import { numberOut } from "./abi/memory";
import { Status } from "./abi/types";
import { Bytes } from "./bytes";
import { Body, CALL_RESPONSE_BODY } from "./body";
import { actFor, effectiveContext, endActing } from "./effective";
import { Context } from "./filter";
import { HeaderList } from "./header-list";
import { CALL_RESPONSE_HEADERS, CALL_RESPONSE_TRAILERS, Headers } from "./headers";
import { beginAnswer, isStreamEnded } from "./phase";
import { bytesOf } from "./text";

/** Calls that wait for their answer, by the host's token. */
// @ts-ignore: decorator
@lazy
const pending = new Map<u32, HttpCall>();

/**
 * The answer to a call; valid only inside `onResponse`.
 *
 * @example
 * ```ts
 * class Question extends HttpCall {
 *   constructor(private readonly filter: HttpFilter) {
 *     super(filter);
 *   }
 *
 *   onResponse(response: CallResponse): void {
 *     if (response.failed || response.status != 200) {
 *       this.filter.reply(503).body("no answer\n").send();
 *       return;
 *     }
 *     const user = response.headers.get("x-user");
 *     if (user) this.filter.requestHeaders.set("x-user", user);
 *     this.filter.resumeRequest();
 *   }
 * }
 *
 * class AskingFilter extends HttpFilter {
 *   onRequestHeaders(endOfStream: bool): Action {
 *     const question = new HeaderList().add(":method", "GET").add(":path", "/who").add(":authority", "users");
 *     const sent = new Question(this).dispatch("users", question, Bytes.EMPTY, 500);
 *     return sent == Status.Ok ? Action.Pause : this.reply(503).send();
 *   }
 * }
 * ```
 */
@final
export class CallResponse {
  /** @internal Made by the SDK. */
  constructor(
    private readonly headerCount: i32,
    /** Size of the body in bytes. */
    readonly bodySize: i32,
  ) {}

  /**
   * True when the connection broke and there is no answer at all. A cluster that cannot be reached answers
   * 503, a call that took too long 504, both made up by the host.
   */
  get failed(): bool {
    return this.headerCount == 0;
  }

  /** The HTTP status; 0 when the call failed. */
  get status(): i32 {
    const value = CALL_RESPONSE_HEADERS.get(STATUS);
    return value && value.length == 3 ? <i32>value.parseUint() : 0;
  }

  /** The answer's headers with `:status`; none when the call failed. */
  get headers(): Headers {
    return CALL_RESPONSE_HEADERS;
  }

  /** The answer's whole body. */
  get body(): Body {
    return CALL_RESPONSE_BODY;
  }

  /** The answer's trailers; none when it has none. */
  get trailers(): Headers {
    return CALL_RESPONSE_TRAILERS;
  }
}

// @ts-ignore: decorator
@lazy
const STATUS = Bytes.of(":status");

/**
 * A request to a cluster. The language has no closures: subclass it, keep what the answer needs in
 * fields, and decide in `onResponse`, which runs on behalf of `owner`, a plugin or a stream. When the
 * stream ends first, `onResponse` is never called.
 *
 * @example
 * ```ts
 * class Permission extends HttpCall {
 *   constructor(private readonly filter: HttpFilter) {
 *     super(filter);
 *   }
 *
 *   onResponse(response: CallResponse): void {
 *     if (response.status == 200) this.filter.resumeRequest();
 *     else this.filter.reply(403).body("not allowed\n").send();
 *   }
 * }
 *
 * class PermissionFilter extends HttpFilter {
 *   onRequestHeaders(endOfStream: bool): Action {
 *     const request = new HeaderList().add(":method", "POST").add(":path", "/check").add(":authority", "authz");
 *     const sent = new Permission(this).dispatch("authz", request, Bytes.EMPTY, 1000);
 *     if (sent != Status.Ok) return this.reply(503).send(); // nothing was sent: nobody will resume
 *     return Action.Pause;
 *   }
 * }
 * ```
 */
export abstract class HttpCall {
  /** A call on behalf of `callOwner`: the filter of the stream that waits for it, or a plugin. */
  constructor(private readonly callOwner: Context) {}

  /** The answer has come. A paused stream must be resumed or replied to here, or it hangs. */
  abstract onResponse(response: CallResponse): void;

  /**
   * Sends the request; `headers` must hold `:method`, `:path` and `:authority`. A `timeoutMilliseconds` of 0 waits
   * for ever. Not Ok (BadArgument for an unknown cluster or missing headers): nothing was sent, no answer will come.
   */
  dispatch<C, B>(cluster: C, headers: HeaderList, body: B, timeoutMilliseconds: u32): Status {
    const name = bytesOf<C>(cluster);
    const content = bytesOf<B>(body);
    const fields = headers.encode();
    if (!fields || !headers.isValid) return Status.BadArgument;
    const status = env.proxy_http_call(
      name.ptr,
      name.length,
      fields.ptr,
      fields.length,
      content.ptr,
      content.length,
      0,
      0,
      timeoutMilliseconds,
      numberOut,
    );
    if (status == Status.Ok) pending.set(load<u32>(numberOut), this);
    return status;
  }

  /** The host has the answer to call `token`: hands it to the call, if the stream it was made for still exists. @internal */
  static settle(token: u32, headerCount: i32, bodySize: i32): void {
    if (!pending.has(token)) return;
    const call = pending.get(token);
    pending.delete(token);
    const owner = call.callOwner;
    const before = effectiveContext();
    if (!actFor(owner.id)) return;
    beginAnswer(owner.isRequestPaused, owner.isResponsePaused);
    call.onResponse(new CallResponse(headerCount, bodySize));
    endActing(before);
    if (!isStreamEnded()) return;
    owner.isRequestPaused = false;
    owner.isResponsePaused = false;
  }

  /** Drops the calls made for plugin `pluginId` and its streams. @internal */
  static forget(pluginId: u32): void {
    const tokens = pending.keys();
    for (let i = 0; i < tokens.length; i++) {
      const token = unchecked(tokens[i]);
      if (pending.get(token).callOwner.pluginId == pluginId) pending.delete(token);
    }
  }
}
