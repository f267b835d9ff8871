import * as env from "./abi/env";
import { numberOut } from "./abi/memory";
import { BufferType, MapType, Status } from "./abi/types";
import { Body } from "./body";
import { Bytes } from "./bytes";
import { GrpcExchange, GrpcStart } from "./grpc-exchange";
import { GrpcMetadata } from "./grpc-metadata";
import { GrpcService } from "./grpc-service";
import { GrpcStatus } from "./grpc-status";
import { Headers } from "./headers";
import { bytesOf } from "./text";

/**
 * A gRPC stream: any number of messages in both directions. Its hooks run on behalf of `owner`, a plugin or a stream; one
 * made for a stream is cancelled when that ends.
 *
 * @example
 * ```ts
 * const CONTROL = new GrpcService("control");
 *
 * class Subscription extends GrpcStream {
 *   latest: Bytes = Bytes.EMPTY;
 *
 *   start(): bool {
 *     if (this.open(CONTROL, "acme.control.v1.Control", "Subscribe", null) != Status.Ok) return false;
 *     return this.send("everything") == Status.Ok;
 *   }
 *
 *   onMessage(message: Body, size: i32): void {
 *     this.latest = message.read();
 *   }
 *
 *   onClose(status: GrpcStatus, message: Bytes): void {
 *     log(LogLevel.Warn, "subscription over: " + status.toString());
 *   }
 * }
 *
 * class Control extends Plugin {
 *   private readonly subscription: Subscription = new Subscription(this);
 *
 *   configure(config: Bytes): bool {
 *     return this.subscription.start();
 *   }
 * }
 * ```
 */
export abstract class GrpcStream extends GrpcExchange {
  private isHalfClosed: bool = false;

  /** The server's metadata has arrived; it can be read inside this hook only. It is empty when the call fails at once. */
  onInitialMetadata(metadata: Headers): void {}

  /** A message of `size` bytes has arrived; it can be read inside this hook only. */
  abstract onMessage(message: Body, size: i32): void;

  /**
   * The metadata at the server's end has arrived; it can be read inside this hook only, and nothing can be sent any more.
   * `onClose` follows.
   */
  onTrailingMetadata(metadata: Headers): void {}

  /**
   * The stream is over, by the server or because it broke; `message` is what was said about it. Not called after
   * `cancel`. It may be opened again from here.
   */
  abstract onClose(status: GrpcStatus, message: Bytes): void;

  /**
   * Calls `method` of `serviceName` (with its package). The stream lasts until either side ends it; there is no time-out.
   *
   * Not Ok: there is no stream, and no hook will be called. BadArgument for a name that is none, metadata that was
   * refused, or a stream that is open already; InternalFailure for a cluster that does not exist or has no server to
   * offer.
   */
  open<S, M>(service: GrpcService, serviceName: S, method: M, metadata: GrpcMetadata | null): Status {
    const path = bytesOf<S>(serviceName);
    const name = bytesOf<M>(method);
    const start = GrpcStart.of(service, path, name, metadata);
    if (!start || this.isOpen) return Status.BadArgument;
    const status = env.proxy_grpc_stream(
      start.service.ptr,
      start.service.length,
      path.ptr,
      path.length,
      name.ptr,
      name.length,
      start.metadata.ptr,
      start.metadata.length,
      numberOut,
    );
    if (status != Status.Ok) return status;
    this.isHalfClosed = false;
    this.begin();
    return status;
  }

  /**
   * Sends `message`, serialized (string or Bytes); with `endOfStream` it is the last. NotFound when the stream is not
   * open, BadArgument after the last and once the server has ended the stream.
   */
  send<T>(message: T, endOfStream: bool = false): Status {
    if (!this.isOpen) return Status.NotFound;
    if (this.isHalfClosed) return Status.BadArgument;
    const content = bytesOf<T>(message);
    this.isHalfClosed = endOfStream;
    return env.proxy_grpc_send(this.token, content.ptr, content.length, u32(endOfStream));
  }

  /** Ends the sending side: the server may still send. NotFound when the stream is not open; Ok when it has ended already. */
  close(): Status {
    if (!this.isOpen) return Status.NotFound;
    if (this.isHalfClosed) return Status.Ok;
    this.isHalfClosed = true;
    return env.proxy_grpc_close(this.token);
  }

  receiveInitialMetadata(): void {
    this.onInitialMetadata(new Headers(MapType.GrpcInitialMetadata));
  }

  receiveMessage(size: i32): void {
    this.onMessage(new Body(BufferType.GrpcReceive), size);
  }

  receiveTrailingMetadata(): void {
    // The host takes what is sent now for an error, and ends the stream with that in place of the server's status.
    this.isHalfClosed = true;
    this.onTrailingMetadata(new Headers(MapType.GrpcTrailingMetadata));
  }

  receiveEnd(status: GrpcStatus, message: Bytes): void {
    this.onClose(status, message);
  }

  get endsWithOwner(): bool {
    return true;
  }
}
