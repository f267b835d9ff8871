import { HostCrashError, HostFunctionNotEmulated } from "../errors.ts";
import { readFields } from "../foreign/protobuf.ts";

/** Where a gRPC call goes. */
export interface GrpcTarget {
  readonly cluster: string;
  readonly authority: string;
  /** The most bytes of a message from the server; 0: any number. */
  readonly limit: number;
}

// Fields of envoy.config.core.v3.GrpcService.
const ENVOY_GRPC = 1;
const GOOGLE_GRPC = 2;
const CLUSTER_NAME = 1;
const AUTHORITY = 2;
const MAX_RECEIVE_MESSAGE_LENGTH = 4;

/**
 * Reads where a call goes as Envoy 1.40 does: a serialized `envoy.config.core.v3.GrpcService`, and only what is none
 * is taken for the name of a cluster.
 * @returns undefined for a name when there is no such cluster
 * @throws HostCrashError for a message without a target, such as the empty name
 */
export function grpcTarget(service: Buffer, isCluster: (name: string) => boolean): GrpcTarget | undefined {
  const fields = readFields(service);
  if (!fields) {
    const cluster = service.toString("latin1");
    return isCluster(cluster) ? { cluster, authority: cluster, limit: 0 } : undefined;
  }
  if (fields.has(GOOGLE_GRPC)) throw new HostFunctionNotEmulated("google_grpc");
  const envoy = fields.get(ENVOY_GRPC);
  const grpc = Buffer.isBuffer(envoy) ? readFields(envoy) : undefined;
  if (!grpc)
    throw new HostCrashError("a gRPC service without a target (also a cluster name that reads as one)");
  const text = (number: number): string => {
    const value = grpc.get(number);
    return Buffer.isBuffer(value) ? value.toString("latin1") : "";
  };
  const wrapper = grpc.get(MAX_RECEIVE_MESSAGE_LENGTH);
  const limit = Buffer.isBuffer(wrapper) ? readFields(wrapper)?.get(1) : undefined;
  const cluster = text(CLUSTER_NAME);
  return {
    cluster,
    authority: text(AUTHORITY) || cluster,
    limit: typeof limit === "bigint" ? Number(limit) : 0,
  };
}
