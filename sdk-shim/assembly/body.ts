import * as env from "./abi/env";
import { addressOut, numberOut, sizeOut, takeReturned } from "./abi/memory";
import { BufferType, Status } from "./abi/types";
import { Bytes } from "./bytes";
import { isRequestBodyOpen, isResponseBodyOpen } from "./phase";
import { bytesOf } from "./text";

const END: u32 = u32.MAX_VALUE;

/**
 * A body as far as the host holds it: in a body hook the newest chunk, or all of it so far when the
 * hooks before returned `Action.Pause`.
 *
 * Writing does not touch `content-length`: remove that header in the headers hook, or the receiver waits
 * for bytes that never come.
 *
 * @example
 * ```ts
 * class ShoutingFilter extends HttpFilter {
 *   onRequestHeaders(endOfStream: bool): Action {
 *     this.requestHeaders.remove("content-length"); // the body's size is going to change
 *     return Action.Continue;
 *   }
 *
 *   onRequestBody(size: i32, endOfStream: bool): Action {
 *     if (!endOfStream) return Action.Pause; // until all of it is here
 *     this.requestBody.append("!");
 *     return Action.Continue;
 *   }
 * }
 * ```
 */
@final
export class Body {
  /** @internal Made by the SDK. */
  constructor(private buffer: BufferType) {}

  /** @internal Makes it stand for another buffer from now on: one that the host may have freed is put away. */
  pointTo(buffer: BufferType): void {
    this.buffer = buffer;
  }

  /** The bytes from `start`, at most `length` of them; empty where there is no body to read now. */
  read(start: i32 = 0, length: i32 = i32.MAX_VALUE): Bytes {
    // The host would take negative numbers for very large ones.
    if (start < 0 || length <= 0 || !this.isOpen) return Bytes.EMPTY;
    const status = env.proxy_get_buffer_bytes(this.buffer, start, length, addressOut, sizeOut);
    return status == Status.Ok ? takeReturned() : Bytes.EMPTY;
  }

  /**
   * How many bytes there are to read now, without reading them; 0 where there is no body.
   *
   * @example
   * ```ts
   * class Measured extends HttpFilter {
   *   onRequestBody(size: i32, endOfStream: bool): Action {
   *     if (!endOfStream) return Action.Pause;
   *     log(LogLevel.Info, "body of " + this.requestBody.length.toString() + " bytes");
   *     return Action.Continue;
   *   }
   * }
   * ```
   */
  get length(): i32 {
    if (!this.isOpen) return 0;
    const status = env.proxy_get_buffer_status(this.buffer, sizeOut, numberOut);
    return status == Status.Ok ? load<i32>(sizeOut) : 0;
  }

  /** Puts `content` in the place of all the host holds; BadArgument outside the body's hooks. */
  replace<T>(content: T): Status {
    if (!this.isOpen) return Status.BadArgument;
    const bytes = bytesOf<T>(content);
    return env.proxy_set_buffer_bytes(this.buffer, 0, END, bytes.ptr, bytes.length);
  }

  /** Puts `content` before what the host holds; BadArgument outside the body's hooks. */
  prepend<T>(content: T): Status {
    if (!this.isOpen) return Status.BadArgument;
    const bytes = bytesOf<T>(content);
    return env.proxy_set_buffer_bytes(this.buffer, 0, 0, bytes.ptr, bytes.length);
  }

  /** Puts `content` behind what the host holds; BadArgument outside the body's hooks. */
  append<T>(content: T): Status {
    if (!this.isOpen) return Status.BadArgument;
    const bytes = bytesOf<T>(content);
    return env.proxy_set_buffer_bytes(this.buffer, END, 0, bytes.ptr, bytes.length);
  }

  private get isOpen(): bool {
    if (this.buffer == BufferType.RequestBody) return isRequestBodyOpen();
    return this.buffer != BufferType.ResponseBody || isResponseBodyOpen();
  }
}

// @ts-ignore: decorator
@lazy
export const REQUEST_BODY = new Body(BufferType.RequestBody);
// @ts-ignore: decorator
@lazy
export const RESPONSE_BODY = new Body(BufferType.ResponseBody);
// @ts-ignore: decorator
@lazy
export const CALL_RESPONSE_BODY = new Body(BufferType.CallResponseBody);
// @ts-ignore: decorator
@lazy
export const VM_CONFIGURATION = new Body(BufferType.VmConfiguration);
/** What the host hands over with the call it makes; reading any other buffer before hides it. */
// @ts-ignore: decorator
@lazy
export const CALL_DATA = new Body(BufferType.CallData);
// @ts-ignore: decorator
@lazy
export const PLUGIN_CONFIGURATION = new Body(BufferType.PluginConfiguration);
