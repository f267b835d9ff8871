import * as env from "./abi/env";
import { addressOut, sizeOut, takeReturned } from "./abi/memory";
import { Pairs } from "./abi/pairs";
import { MapType, Status } from "./abi/types";
import { Bytes } from "./bytes";
import { isFieldName, isFieldValue } from "./field";
import { isStreamOver } from "./phase";
import { bytesOf } from "./text";

let snapshotsHeld: bool = false;

/**
 * A header map of the current stream, for the length of a callback; it holds no headers itself.
 *
 * Case does not matter in names; the host has them in lower case, and so written they are found fastest.
 * The first read asks the host for one value, the second reads the whole map at once, because a call that
 * returns bytes costs about the same whatever their number.
 */
@final
export class Headers {
  private snapshot: Pairs | null = null;
  private hasRead: bool = false;

  constructor(private readonly map: MapType) {}

  /** The first value of `name`; null when the map has no such header or is not available now. */
  get<T>(name: T): Bytes | null {
    const key = bytesOf<T>(name);
    if (this.hasRead) {
      const pairs = this.pairs();
      const index = pairs.indexOf(key.toLowerCase());
      return index < 0 ? null : pairs.value(index);
    }
    this.hasRead = true;
    snapshotsHeld = true;
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
    this.hasRead = true;
    snapshotsHeld = true;
    return pairs;
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

  /** Forgets what was read: the map may change between callbacks. */
  forget(): void {
    this.snapshot = null;
    this.hasRead = false;
  }
}

export const REQUEST_HEADERS = new Headers(MapType.RequestHeaders);
export const REQUEST_TRAILERS = new Headers(MapType.RequestTrailers);
export const RESPONSE_HEADERS = new Headers(MapType.ResponseHeaders);
export const RESPONSE_TRAILERS = new Headers(MapType.ResponseTrailers);
export const CALL_RESPONSE_HEADERS = new Headers(MapType.CallResponseHeaders);
export const CALL_RESPONSE_TRAILERS = new Headers(MapType.CallResponseTrailers);

/** Called between callbacks, so that nothing read for one stream is seen or held by the next. */
export function forgetHeaders(): void {
  if (!snapshotsHeld) return;
  snapshotsHeld = false;
  REQUEST_HEADERS.forget();
  REQUEST_TRAILERS.forget();
  RESPONSE_HEADERS.forget();
  RESPONSE_TRAILERS.forget();
  CALL_RESPONSE_HEADERS.forget();
  CALL_RESPONSE_TRAILERS.forget();
}
