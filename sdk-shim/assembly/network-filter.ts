import { Action } from "./action";
import * as env from "./abi/env";
import { BufferType, StreamType } from "./abi/types";
import { Body } from "./body";
import { Context } from "./filter";
import { PeerType } from "./peer-type";

// @ts-ignore: decorator
@lazy
export const DOWNSTREAM_DATA: Body = new Body(BufferType.DownstreamData);
// @ts-ignore: decorator
@lazy
export const UPSTREAM_DATA: Body = new Body(BufferType.None);

/**
 * One TCP connection of a client, before the proxy hands it to an upstream (Envoy: `envoy.filters.network.wasm`).
 * Override the hooks you need: one that no filter overrides costs nothing, the module does not even export it.
 *
 * The order is `onNewConnection`, data, `onUpstreamClose` if the upstream ended first, `onDownstreamClose`, `onDone`,
 * `onLog`. A connection whose filter traps is closed.
 *
 * @example
 * ```ts
 * const HELLO = Bytes.of("HELO ");
 *
 * class GreetingFilter extends NetworkFilter {
 *   onDownstreamData(size: i32, endOfStream: bool): Action {
 *     const sent = this.downstreamData.read(0, HELLO.length);
 *     if (sent.length < HELLO.length && !endOfStream) return Action.Pause;
 *     if (sent != HELLO) this.closeDownstream();
 *     return Action.Continue;
 *   }
 * }
 *
 * class GreetingPlugin extends Plugin {
 *   createNetworkFilter(): NetworkFilter | null {
 *     return new GreetingFilter();
 *   }
 * }
 *
 * registerPlugin(() => new GreetingPlugin());
 * ```
 */
export abstract class NetworkFilter extends Context {
  /** Whether the client's bytes wait for `resumeDownstream`. Kept by the SDK. */
  isDownstreamPaused: bool = false;
  /** Whether the connection is closed, or about to be. Kept by the SDK. */
  isClosed: bool = false;

  /**
   * The client's bytes: readable and writable in `onDownstreamData`, and after it for as long as it holds them back
   * with `Action.Pause`. Empty, and BadArgument to writes, at other times.
   */
  get downstreamData(): Body {
    return DOWNSTREAM_DATA;
  }

  /** The upstream's bytes: readable and writable in `onUpstreamData`. Empty, and BadArgument to writes, elsewhere. */
  get upstreamData(): Body {
    return UPSTREAM_DATA;
  }

  /**
   * A client has connected. With `Action.Pause` the proxy does not connect to the upstream and reads nothing from the
   * client until `resumeDownstream`: it does not even notice when the client goes, so give what you wait for a time-out.
   */
  onNewConnection(): Action {
    return Action.Continue;
  }

  /**
   * `size` bytes of the client are readable, those that were held back before included. `Action.Pause` holds them back
   * until `resumeDownstream` or the next call that returns `Action.Continue`; once more is held back than the host buffers
   * (Envoy: `per_connection_buffer_limit_bytes`, 1 MiB) there is no next call. `endOfStream`: the client sends no more;
   * that call may come with no bytes.
   */
  onDownstreamData(size: i32, endOfStream: bool): Action {
    return Action.Continue;
  }

  /**
   * `size` bytes of the upstream are readable, those that were held back before included. `Action.Pause` holds them
   * back until the next call that returns `Action.Continue`: the host has no way to resume them, so what is held back
   * at `endOfStream` never arrives.
   */
  onUpstreamData(size: i32, endOfStream: bool): Action {
    return Action.Continue;
  }

  /** The connection to the client is closed: Remote when the client did it, Local when the proxy did. */
  onDownstreamClose(peer: PeerType): void {}

  /** The upstream sends no more; `peer` is Unknown. It does not come when the client's connection closes first. */
  onUpstreamClose(peer: PeerType): void {}

  /** The connection is gone. */
  onDone(): void {}

  /** The connection is about to be forgotten; comes after `onDone`. */
  onLog(): void {}

  /**
   * Lets the client's bytes, or the connection as such, go on that a hook paused; usually from `HttpCall.onResponse`.
   * Without effect when none did, and inside the hooks for the client, which say by their result how to go on.
   *
   * @example
   * ```ts
   * class Verdict extends HttpCall {
   *   constructor(private readonly connection: NetworkFilter) {
   *     super(connection);
   *   }
   *
   *   onResponse(response: CallResponse): void {
   *     if (response.status == 200) this.connection.resumeDownstream();
   *     else this.connection.closeDownstream();
   *   }
   * }
   * ```
   */
  resumeDownstream(): void {
    if (!this.isDownstreamPaused || this.isClosed) return;
    this.isDownstreamPaused = false;
    env.proxy_continue_stream(StreamType.Downstream);
  }

  /**
   * Closes the connection to the client, and with it that to the upstream, when the callback ends: what was sent to the
   * client before is still delivered, what the running hook was called for is not. Without effect when it is closed.
   */
  closeDownstream(): void {
    this.close(StreamType.Downstream);
  }

  /** The same as `closeDownstream`: Envoy closes both ends. It is there for hosts that can do otherwise. */
  closeUpstream(): void {
    this.close(StreamType.Upstream);
  }

  private close(stream: StreamType): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.isDownstreamPaused = false;
    env.proxy_close_stream(stream);
  }
}

/** `onUpstreamData` begins: what the host then keeps of its bytes may be freed, so they are shown during it only. */
export function showUpstreamData(): void {
  UPSTREAM_DATA.pointTo(BufferType.UpstreamData);
}

/** `onUpstreamData` is over. */
export function hideUpstreamData(): void {
  UPSTREAM_DATA.pointTo(BufferType.None);
}
