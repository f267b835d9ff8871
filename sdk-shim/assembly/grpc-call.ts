import * as env from "./abi/env";
import { numberOut } from "./abi/memory";
import { BufferType, Status } from "./abi/types";
import { Body } from "./body";
import { Bytes } from "./bytes";
import { GrpcExchange, GrpcStart } from "./grpc-exchange";
import { GrpcMetadata } from "./grpc-metadata";
import { GrpcService } from "./grpc-service";
import { GrpcStatus } from "./grpc-status";
import { bytesOf } from "./text";

/**
 * The answer to a unary call; its body can be read only inside `onResponse`.
 *
 * @example
 * ```ts
 * export function describe(response: GrpcResponse): Bytes {
 *   return response.status == GrpcStatus.Ok ? response.body.read() : response.message;
 * }
 * ```
 */
@final
export class GrpcResponse {
  constructor(
    /** Ok with a message; otherwise why there is none. A server that cannot be reached answers Unavailable. */
    readonly status: GrpcStatus,
    /**
     * What was said about a status that is not Ok: the server's text as it came, percent-encoded, and the host's details
     * in braces behind it; empty for Ok.
     */
    readonly message: Bytes,
    /** Size of the server's message in bytes. */
    readonly bodySize: i32,
  ) {}

  /** The server's message, as it was serialized; empty when the status is not Ok. */
  get body(): Body {
    return new Body(BufferType.GrpcReceive);
  }
}

/**
 * A unary gRPC call: one message there, one back. Subclass it, keep what the answer needs in fields, and decide in
 * `onResponse`, which runs on behalf of `owner`, a plugin or a stream. When the stream ends first, `onResponse` is never called.
 * The metadata of the answer cannot be seen; `GrpcStream` can do that.
 *
 * @example
 * ```ts
 * const AUTHORIZER = new GrpcService("authz");
 *
 * class Check extends GrpcCall {
 *   constructor(private readonly filter: HttpFilter) {
 *     super(filter);
 *   }
 *
 *   onResponse(response: GrpcResponse): void {
 *     if (response.status == GrpcStatus.Ok) this.filter.resumeRequest();
 *     else this.filter.reply(403).send();
 *   }
 * }
 *
 * export function check(filter: HttpFilter, request: Bytes): Action {
 *   const status = new Check(filter).dispatch(AUTHORIZER, "acme.authz.v1.Authorizer", "Check", null, request, 200);
 *   return status == Status.Ok ? Action.Pause : filter.reply(503).send();
 * }
 * ```
 */
export abstract class GrpcCall extends GrpcExchange {
  /** The answer has come. A paused stream must be resumed or replied to here, or it hangs. */
  abstract onResponse(response: GrpcResponse): void;

  /**
   * Calls `method` of `serviceName` (with its package, as in `acme.authz.v1.Authorizer`) with `message`, a serialized
   * request (string or Bytes). `timeoutMilliseconds` is at least 1: the host tells it to the server, which would take 0 as
   * over already.
   *
   * Not Ok: nothing was sent, no answer will come. BadArgument for a name that is none, metadata that was refused, no
   * time, or a call that still waits; InternalFailure for a cluster that does not exist or has no server to offer.
   */
  dispatch<S, M, B>(
    service: GrpcService,
    serviceName: S,
    method: M,
    metadata: GrpcMetadata | null,
    message: B,
    timeoutMilliseconds: u32,
  ): Status {
    const path = bytesOf<S>(serviceName);
    const name = bytesOf<M>(method);
    const content = bytesOf<B>(message);
    const start = GrpcStart.of(service, path, name, metadata);
    if (!start || timeoutMilliseconds == 0 || this.isOpen) return Status.BadArgument;
    const status = env.proxy_grpc_call(
      start.service.ptr,
      start.service.length,
      path.ptr,
      path.length,
      name.ptr,
      name.length,
      start.metadata.ptr,
      start.metadata.length,
      content.ptr,
      content.length,
      timeoutMilliseconds,
      numberOut,
    );
    if (status == Status.Ok) this.begin();
    return status;
  }

  receiveMessage(size: i32): void {
    this.onResponse(new GrpcResponse(GrpcStatus.Ok, Bytes.EMPTY, size));
  }

  receiveEnd(status: GrpcStatus, message: Bytes): void {
    this.onResponse(new GrpcResponse(status, message, 0));
  }
}
