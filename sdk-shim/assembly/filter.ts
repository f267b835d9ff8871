import { Action } from "./action";
import * as env from "./abi/env";
import { StreamType } from "./abi/types";
import { Body, REQUEST_BODY, RESPONSE_BODY } from "./body";
import { Headers, REQUEST_HEADERS, REQUEST_TRAILERS, RESPONSE_HEADERS, RESPONSE_TRAILERS } from "./headers";
import { LogLevel, log } from "./log";
import { isStreamOver, takeReset } from "./phase";
import { Reply } from "./reply";

let newId: u32 = 0;
let newPluginId: u32 = 0;

/** Says which context is being made, 0 for none: its constructor may already make calls, which need its numbers. */
export function announceContext(id: u32, pluginId: u32): void {
  newId = id;
  newPluginId = pluginId;
}

/**
 * Whether `filter` was made while context `id` was announced: one of another stream would act on that stream. It logs
 * when not, and the stream is refused at its first hook.
 */
export function isMadeFor(id: u32, filter: Context): bool {
  if (filter.id == id) return true;
  log(LogLevel.Error, "createFilter did not make a new filter for this stream, which is refused");
  return false;
}

/**
 * Anything a call to another cluster can be made for: a plugin, or one stream.
 *
 * @example
 * ```ts
 * // A call that plugins and filters can make alike.
 * class Ping extends HttpCall {
 *   constructor(context: Context) {
 *     super(context);
 *   }
 *
 *   onResponse(response: CallResponse): void {
 *     log(LogLevel.Info, "the status is " + decimalText(response.status));
 *   }
 * }
 *
 * class PingingPlugin extends Plugin {
 *   onTick(): void {
 *     const request = new HeaderList().add(":method", "GET").add(":path", "/").add(":authority", "health");
 *     new Ping(this).dispatch("health", request, Bytes.EMPTY, 1000);
 *   }
 * }
 * ```
 */
export abstract class Context {
  /** The host's number for it. */
  id: u32 = newId;
  /** The host's number for the plugin it belongs to: its own if it is one. */
  pluginId: u32 = newPluginId;
  /** Whether the stream's request waits for `resumeRequest`. Kept by the SDK. */
  isRequestPaused: bool = false;
  /** Whether the stream's response waits for `resumeResponse`. Kept by the SDK. */
  isResponsePaused: bool = false;
  /** The next one in its row of a `ContextTable`. @internal */
  nextInRow: Context | null = null;
}

/**
 * One HTTP stream. Override the hooks you need: a hook that no filter overrides costs nothing, the module
 * does not even export it. A subclass that keeps nothing, or only refers to its plugin, may be shared by all streams.
 *
 * @example
 * ```ts
 * const TENANT = Bytes.of("x-tenant");
 *
 * class TenantFilter extends HttpFilter {
 *   private tenant: Bytes = Bytes.EMPTY;
 *
 *   onRequestHeaders(endOfStream: bool): Action {
 *     const tenant = this.requestHeaders.get(TENANT);
 *     if (!tenant) return this.reply(400).body("x-tenant is missing\n").send();
 *     this.tenant = tenant; // a field: this filter is one stream's own
 *     return Action.Continue;
 *   }
 *
 *   onResponseHeaders(endOfStream: bool): Action {
 *     this.responseHeaders.set(TENANT, this.tenant);
 *     return Action.Continue;
 *   }
 * }
 *
 * class TenantPlugin extends Plugin {
 *   createFilter(): HttpFilter {
 *     return new TenantFilter();
 *   }
 * }
 *
 * registerPlugin(() => new TenantPlugin());
 * ```
 */
export abstract class HttpFilter extends Context {
  /** Readable and writable in `onRequestHeaders`, readable in `onLog`. */
  get requestHeaders(): Headers {
    return REQUEST_HEADERS;
  }

  /** The request body, in `onRequestBody` and `onRequestTrailers`. */
  get requestBody(): Body {
    return REQUEST_BODY;
  }

  /** Readable and writable in `onRequestTrailers`. */
  get requestTrailers(): Headers {
    return REQUEST_TRAILERS;
  }

  /** Readable and writable in `onResponseHeaders`, readable in `onLog`. */
  get responseHeaders(): Headers {
    return RESPONSE_HEADERS;
  }

  /** The response body, in `onResponseBody` and `onResponseTrailers`. */
  get responseBody(): Body {
    return RESPONSE_BODY;
  }

  /** Readable and writable in `onResponseTrailers`. */
  get responseTrailers(): Headers {
    return RESPONSE_TRAILERS;
  }

  /** The request's headers have arrived; `endOfStream` when no body follows. */
  onRequestHeaders(endOfStream: bool): Action {
    return Action.Continue;
  }

  /**
   * `size` bytes of the request body are readable. `endOfStream` marks the last call, which may come
   * with no bytes, and never comes when trailers follow: they end the body then.
   */
  onRequestBody(size: i32, endOfStream: bool): Action {
    return Action.Continue;
  }

  /** The request's trailers have arrived, after its whole body. */
  onRequestTrailers(): Action {
    return Action.Continue;
  }

  /**
   * `count` entries of metadata of the request have come (METADATA frames, an extension of HTTP/2 that Envoy takes with
   * `allow_metadata`), any time after its headers. They go on in any case, and the ABI gives no way to read them.
   */
  onRequestMetadata(count: i32): void {}

  /** The response's headers have arrived, from upstream or from a filter that replied itself. */
  onResponseHeaders(endOfStream: bool): Action {
    return Action.Continue;
  }

  /** `size` bytes of the response body are readable; see `onRequestBody`. */
  onResponseBody(size: i32, endOfStream: bool): Action {
    return Action.Continue;
  }

  /** The response's trailers have arrived, after its whole body. */
  onResponseTrailers(): Action {
    return Action.Continue;
  }

  /** The same of the response; see `onRequestMetadata`. */
  onResponseMetadata(count: i32): void {}

  /**
   * The stream is over and about to be logged: all headers can be read, none changed. It also comes for
   * requests that never reached `onRequestHeaders`, such as malformed ones.
   */
  onLog(): void {}

  /** The stream is gone; comes after `onLog`. */
  onDone(): void {}

  /** Begins an answer from here, without going upstream; its `send` gives the hook's result. */
  reply(status: u32): Reply {
    return new Reply(status);
  }

  /**
   * Lets a request go on that a hook paused, usually from `HttpCall.onResponse`. Without effect when none did, and
   * inside the hooks of the request, which say by their result how to go on.
   */
  resumeRequest(): void {
    if (!this.isRequestPaused || isStreamOver()) return;
    this.isRequestPaused = false;
    env.proxy_continue_stream(StreamType.Request);
  }

  /** Lets a response go on that a hook paused; the same holds as for `resumeRequest`. */
  resumeResponse(): void {
    // The host does not check: it goes on with what it does not have, and crashes.
    if (!this.isResponsePaused || isStreamOver()) return;
    this.isResponsePaused = false;
    env.proxy_continue_stream(StreamType.Response);
  }

  /**
   * Resets the stream: the client sees it break off, with no response. Without effect where `Reply.send` has none, and in
   * `onResponseTrailers`, where it would crash the proxy.
   */
  reset(): void {
    if (takeReset()) env.proxy_close_stream(StreamType.Request);
  }
}
