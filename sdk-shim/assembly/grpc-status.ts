/**
 * How a gRPC call ended (gRPC core, "Status codes and their use in gRPC").
 *
 * @example
 * ```ts
 * export function isWorthRetrying(status: GrpcStatus): bool {
 *   return status == GrpcStatus.Unavailable || status == GrpcStatus.ResourceExhausted;
 * }
 * ```
 */
export enum GrpcStatus {
  Ok = 0,
  Cancelled = 1,
  /** Also what a code beyond 16 is taken for. */
  Unknown = 2,
  InvalidArgument = 3,
  DeadlineExceeded = 4,
  NotFound = 5,
  AlreadyExists = 6,
  PermissionDenied = 7,
  ResourceExhausted = 8,
  FailedPrecondition = 9,
  Aborted = 10,
  OutOfRange = 11,
  Unimplemented = 12,
  Internal = 13,
  Unavailable = 14,
  DataLoss = 15,
  Unauthenticated = 16,
}

/** The status for `code` as a server or the host gave it: Unknown when there is no such code. */
export function grpcStatusOf(code: u32): GrpcStatus {
  return code > <u32>GrpcStatus.Unauthenticated ? GrpcStatus.Unknown : <GrpcStatus>code;
}
