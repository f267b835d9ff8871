import * as env from "./abi/env";
import { allocateBuffer, Bytes } from "./bytes";
import { Action } from "./action";
import { writeDecimal } from "./decimal";
import { HeaderList } from "./header-list";
import { LogLevel, log } from "./log";
import { takeEnd } from "./phase";
import { bytesOf } from "./text";
import { encodeUtf8 } from "./utf8";

/** Has the host derive a gRPC status from the HTTP status for gRPC requests. */
const DERIVED_GRPC_STATUS: i32 = -1;

/**
 * An answer given by the filter itself. For gRPC requests the host turns it into status 200 with
 * `grpc-status` and `grpc-message`. It passes through the response hooks like any response.
 *
 * @example
 * ```ts
 * class ClosedFilter extends HttpFilter {
 *   onRequestHeaders(endOfStream: bool): Action {
 *     return this.reply(503)
 *       .header("retry-after", "3600")
 *       .body("closed until five\n")
 *       .details("shop_closed")
 *       .send();
 *   }
 * }
 * ```
 */
@final
export class Reply {
  private readonly headers: HeaderList = new HeaderList(false);
  private content: Bytes = Bytes.EMPTY;
  private why: Bytes = Bytes.EMPTY;
  private grpc: i32 = DERIVED_GRPC_STATUS;

  /** With HTTP status `status`, 200 to 599; `HttpFilter.reply` makes one. */
  constructor(private readonly status: u32) {}

  /**
   * Appends a header; one that would split the message or stand for a part of it (`:status`) is left out, and that
   * is logged when the reply is sent.
   */
  header<N, V>(name: N, value: V): this {
    this.headers.add(name, value);
    return this;
  }

  /** The body, a string or Bytes; the host adds `content-length`, and `content-type: text/plain` when none is set. */
  body<T>(content: T): this {
    this.content = bytesOf<T>(content);
    return this;
  }

  /** What access logs print as `%RESPONSE_CODE_DETAILS%`. */
  details<T>(text: T): this {
    this.why = bytesOf<T>(text);
    return this;
  }

  /** `grpc-status` for gRPC requests, 0 to 16, in place of the one the host derives from the status. */
  grpcStatus(code: i32): this {
    this.grpc = code;
    return this;
  }

  /**
   * Sends it and returns what the hook must return. The host sends whatever it is given, so what would
   * break the message is put right here: a status outside 200..599 becomes 500, and 204, 205 and 304
   * lose their body (RFC 9110 sections 15.3.5, 15.3.6 and 15.4.5). Nothing is sent where it cannot be: in `onLog` and
   * `onDone`, after another reply in the same hook, and from an answer to a call that no pause waits for.
   */
  send(): Action {
    if (!takeEnd()) return Action.Pause;
    let status = this.status;
    if (status < 200 || status > 599) {
      log(LogLevel.Error, sentence("reply: 500 in place of status ", status));
      status = 500;
    }
    const mayHaveBody = status != 204 && status != 205 && status != 304;
    const body = mayHaveBody ? this.content : Bytes.EMPTY;
    const headers = this.headers.encode();
    if (!headers || !this.headers.isValid) log(LogLevel.Error, "reply: headers left out");
    const fields = headers ? headers : Bytes.EMPTY;
    const why = this.why;
    env.proxy_send_local_response(
      status,
      why.ptr,
      why.length,
      body.ptr,
      body.length,
      fields.ptr,
      fields.length,
      this.grpc,
    );
    return Action.Pause;
  }
}

/** `text`, of at most 60 characters, and `value`: the code of a builder would be larger than all of this. */
function sentence(text: string, value: u32): Bytes {
  const buffer = allocateBuffer(200);
  const start = changetype<usize>(buffer);
  const end = writeDecimal(start + encodeUtf8(changetype<usize>(text), text.length, start), value);
  return new Bytes(buffer, 0, <i32>(end - start));
}
