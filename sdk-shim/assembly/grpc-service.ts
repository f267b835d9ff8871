import { Bytes } from "./bytes";
import { isFieldValue } from "./field";
import { ProtobufWriter } from "./protobuf";
import { bytesOf } from "./text";

// Fields of envoy.config.core.v3.GrpcService, its EnvoyGrpc and google.protobuf.UInt32Value.
const ENVOY_GRPC: u32 = 1;
const CLUSTER_NAME: u32 = 1;
const AUTHORITY: u32 = 2;
const MAX_RECEIVE_MESSAGE_LENGTH: u32 = 4;
const UINT32_VALUE: u32 = 1;

/**
 * Where gRPC calls go: a cluster that speaks HTTP/2, and how it is addressed
 * (`envoy.config.core.v3.GrpcService` with `envoy_grpc`). Make it once, in a constant or a field of the plugin: the
 * host keeps one client for each that differs.
 *
 * It is always sent in that form, never as the bare name, which the host takes for the message first: a name that
 * happens to be one, such as the empty one, crashes it.
 *
 * @example
 * ```ts
 * const AUTHORIZER = new GrpcService("authz").authority("authz.internal").maxMessageSize(64 << 10);
 * ```
 */
@final
export class GrpcService {
  private readonly cluster: Bytes;
  private host: Bytes = Bytes.EMPTY;
  private limit: u32 = 0;
  private refused: bool = false;
  private encoded: Bytes | null = null;

  /** Calls go to cluster `name`; whether there is one shows when a call is made. */
  constructor(name: string) {
    this.cluster = Bytes.of(name);
  }

  /** The `:authority` of calls; the name of the cluster when not set. What cannot stand in a header refuses every call. */
  authority<T>(name: T): this {
    this.host = bytesOf<T>(name);
    this.refused = !isFieldValue(this.host);
    this.encoded = null;
    return this;
  }

  /**
   * The most bytes that a message of the server may have; a longer one ends the call with ResourceExhausted. 0, as
   * when it is not called, sets no limit: the host then holds a message in memory however long it is.
   */
  maxMessageSize(bytes: u32): this {
    this.limit = bytes;
    this.encoded = null;
    return this;
  }

  /** The message as the host reads it; null when something in it was refused. */
  encode(): Bytes | null {
    if (this.refused) return null;
    const made = this.encoded;
    if (made) return made;
    const grpc = new ProtobufWriter().bytes(CLUSTER_NAME, this.cluster);
    if (this.host.length > 0) grpc.bytes(AUTHORITY, this.host);
    if (this.limit > 0) {
      const limit = new ProtobufWriter().varint(UINT32_VALUE, this.limit);
      grpc.inner(MAX_RECEIVE_MESSAGE_LENGTH, limit);
    }
    const encoded = new ProtobufWriter().inner(ENVOY_GRPC, grpc).take();
    this.encoded = encoded;
    return encoded;
  }
}
