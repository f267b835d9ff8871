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
  /** It went well. */
  Ok = 0,
  /** The caller gave it up. */
  Cancelled = 1,
  /** Also what a code beyond 16 is taken for. */
  Unknown = 2,
  /** The request is wrong, whatever the state of the server. */
  InvalidArgument = 3,
  /** The time was over first. */
  DeadlineExceeded = 4,
  /** What was asked for does not exist. */
  NotFound = 5,
  /** What was to be made exists already. */
  AlreadyExists = 6,
  /** The caller is known and may not do this. */
  PermissionDenied = 7,
  /** A quota or limit is used up; a message was longer than allowed. */
  ResourceExhausted = 8,
  /** The server is not in the state for it. */
  FailedPrecondition = 9,
  /** Something done at the same time came in between. */
  Aborted = 10,
  /** It goes beyond what there is. */
  OutOfRange = 11,
  /** The server has no such method. */
  Unimplemented = 12,
  /** Something is broken: also an answer that broke off. */
  Internal = 13,
  /** The server cannot be reached or is overloaded, or gave no answer in time. */
  Unavailable = 14,
  /** Data is lost for good. */
  DataLoss = 15,
  /** The caller has no valid credentials. */
  Unauthenticated = 16,
}

/** The status for `code` as a server or the host gave it: Unknown when there is no such code. */
export function grpcStatusOf(code: u32): GrpcStatus {
  return code > <u32>GrpcStatus.Unauthenticated ? GrpcStatus.Unknown : <GrpcStatus>code;
}
