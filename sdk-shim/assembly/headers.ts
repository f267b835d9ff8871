import * as env from "./abi/env";
import { addressOut, numberOut, sizeOut, takeReturned } from "./abi/memory";
import { Pairs } from "./abi/pairs";
import { MapType, Status } from "./abi/types";
import { Bytes } from "./bytes";
import { isFieldName, isFieldValue } from "./field";
import { HeaderList } from "./header-list";
import { isStreamOver } from "./phase";
import { bytesOf } from "./text";

/** The maps that were read in this callback, linked through `nextRead`. */
let lastRead: Headers | null = null;

/**
 * A header map of the current stream, for the length of a callback; it holds no headers itself.
 *
 * Case does not matter in names; the host has them in lower case, and so written they are found fastest.
 * The first read asks the host for one value, the second reads the whole map at once, because a call that
 * returns bytes costs about the same whatever their number.
 *
 * @example
 * ```ts
 * class RoleFilter extends HttpFilter {
 *   onRequestHeaders(endOfStream: bool): Action {
 *     // All values: a client may send the header twice.
 *     const roles = this.requestHeaders.getAll("x-role");
 *     if (roles.length > 1) return this.reply(400).body("one role, please\n").send();
 *     this.requestHeaders.remove("x-internal-role");
 *     this.requestHeaders.set("x-role-count", roles.length == 1 ? "1" : "0");
 *     return Action.Continue;
 *   }
 * }
 * ```
 */
@final
export class Headers {
  private snapshot: Pairs | null = null;
  private hasRead: bool = false;
  private nextRead: Headers | null = null;

  /** @internal Made by the SDK. */
  constructor(private readonly map: MapType) {}

  /** The first value of `name`; null when the map has no such header or is not available now. */
  get<T>(name: T): Bytes | null {
    const key = bytesOf<T>(name);
    if (this.hasRead) {
      const pairs = this.pairs();
      const index = pairs.indexOf(key.toLowerCase());
      return index < 0 ? null : pairs.value(index);
    }
    this.noteRead();
    const status = env.proxy_get_header_map_value(this.map, key.ptr, key.length, addressOut, sizeOut);
    return status == Status.Ok ? takeReturned() : null;
  }

  /**
   * Every value of `name` in order; empty when there is none. A decision about security must look at
   * all of them: `get` sees the first only, while what runs upstream may see the last.
   */
  getAll<T>(name: T): Array<Bytes> {
    const key = bytesOf<T>(name).toLowerCase();
    const pairs = this.pairs();
    const values = new Array<Bytes>();
    for (let i = pairs.indexOf(key); i >= 0; i = pairs.indexOf(key, i + 1)) values.push(pairs.value(i));
    return values;
  }

  /** The whole map as it is now; empty when it is not available. Valid until the map is written to. */
  pairs(): Pairs {
    const held = this.snapshot;
    if (held) return held;
    const status = env.proxy_get_header_map_pairs(this.map, addressOut, sizeOut);
    const pairs = new Pairs(status == Status.Ok ? takeReturned() : Bytes.EMPTY);
    this.snapshot = pairs;
    if (!this.hasRead) this.noteRead();
    return pairs;
  }

  private noteRead(): void {
    this.hasRead = true;
    this.nextRead = lastRead;
    lastRead = this;
  }

  /**
   * Sets `name` to `value` in place of every value it had.
   * Status.BadArgument when name or value could split the message (RFC 9110 sections 5.1 and 5.5) or
   * when the map cannot be written now.
   */
  set<N, V>(name: N, value: V): Status {
    const key = bytesOf<N>(name);
    const text = bytesOf<V>(value);
    if (isStreamOver() || !isFieldName(key) || !isFieldValue(text)) return Status.BadArgument;
    this.snapshot = null;
    return env.proxy_replace_header_map_value(this.map, key.ptr, key.length, text.ptr, text.length);
  }

  /** Adds an entry `name: value` beside those it has. Errors as for `set`. */
  add<N, V>(name: N, value: V): Status {
    const key = bytesOf<N>(name);
    const text = bytesOf<V>(value);
    if (isStreamOver() || !isFieldName(key) || !isFieldValue(text)) return Status.BadArgument;
    this.snapshot = null;
    return env.proxy_add_header_map_value(this.map, key.ptr, key.length, text.ptr, text.length);
  }

  /** Removes every value of `name`; Ok too when there is none. BadArgument when the map cannot be written now. */
  remove<T>(name: T): Status {
    if (isStreamOver()) return Status.BadArgument;
    const key = bytesOf<T>(name);
    this.snapshot = null;
    return env.proxy_remove_header_map_value(this.map, key.ptr, key.length);
  }

  /**
   * Puts `list` in the place of the whole map, pseudo headers included: a request without `:method`, `:path`,
   * `:scheme` and `:authority`, or a response without `:status`, is answered by the host with an error.
   *
   * Status.BadArgument when `list` refused a field or is longer than the host reads (1024 fields, 1 MiB), or when the
   * map cannot be written now; the map is as it was then.
   *
   * @example
   * ```ts
   * class OnlyStatus extends HttpFilter {
   *   onResponseHeaders(endOfStream: bool): Action {
   *     const headers = new HeaderList().add(":status", "200").add("x-kept", "1");
   *     this.responseHeaders.replaceAll(headers);
   *     return Action.Continue;
   *   }
   * }
   * ```
   */
  replaceAll(list: HeaderList): Status {
    const encoded = list.encode();
    if (isStreamOver() || !list.isValid || !encoded) return Status.BadArgument;
    this.snapshot = null;
    return env.proxy_set_header_map_pairs(this.map, encoded.ptr, encoded.length);
  }

  /**
   * Bytes of all names and values together, without what separates them on the wire; -1 when the map is not available
   * now, and for an empty one of trailers or of an answer. Costs a tenth of reading the map.
   *
   * @example
   * ```ts
   * class SmallHeaders extends HttpFilter {
   *   onRequestHeaders(endOfStream: bool): Action {
   *     return this.requestHeaders.byteSize > 8192 ? this.reply(431).send() : Action.Continue;
   *   }
   * }
   * ```
   */
  get byteSize(): i32 {
    const isOfMessage = this.map == MapType.RequestHeaders || this.map == MapType.ResponseHeaders;
    // Asked for the size of trailers at the end of a body, the host adds some to the message.
    if (!isOfMessage || isStreamOver()) return this.sizeOfPairs();
    const status = env.proxy_get_header_map_size(this.map, numberOut);
    return status == Status.Ok ? load<i32>(numberOut) : -1;
  }

  private sizeOfPairs(): i32 {
    const pairs = this.pairs();
    return pairs.length > 0 ? pairs.byteSize : -1;
  }

  /**
   * Forgets what was read, since the map may change between callbacks; returns the map that was read before.
   * @internal
   */
  forget(): Headers | null {
    const next = this.nextRead;
    this.snapshot = null;
    this.hasRead = false;
    this.nextRead = null;
    return next;
  }
}

// @ts-ignore: decorator
@lazy
export const REQUEST_HEADERS = new Headers(MapType.RequestHeaders);
// @ts-ignore: decorator
@lazy
export const REQUEST_TRAILERS = new Headers(MapType.RequestTrailers);
// @ts-ignore: decorator
@lazy
export const RESPONSE_HEADERS = new Headers(MapType.ResponseHeaders);
// @ts-ignore: decorator
@lazy
export const RESPONSE_TRAILERS = new Headers(MapType.ResponseTrailers);
// @ts-ignore: decorator
@lazy
export const CALL_RESPONSE_HEADERS = new Headers(MapType.CallResponseHeaders);
// @ts-ignore: decorator
@lazy
export const CALL_RESPONSE_TRAILERS = new Headers(MapType.CallResponseTrailers);

/** Called between callbacks, so that nothing read for one stream is seen or held by the next. */
export function forgetHeaders(): void {
  let read = lastRead;
  if (!read) return;
  lastRead = null;
  while (read) read = read.forget();
}
