/** Status that a host function returns (proxy-wasm spec 0.2.1, proxy_status_t). */
export const Status = {
  Ok: 0,
  NotFound: 1,
  BadArgument: 2,
  SerializationFailure: 3,
  ParseFailure: 4,
  BadExpression: 5,
  InvalidMemoryAccess: 6,
  Empty: 7,
  CasMismatch: 8,
  ResultMismatch: 9,
  InternalFailure: 10,
  BrokenConnection: 11,
  Unimplemented: 12,
} as const;
export type Status = (typeof Status)[keyof typeof Status];

/** Result codes of WASI functions that Envoy 1.40 answers with (WASI preview 1, errno). */
export const WasiErrno = {
  Success: 0,
  BadFileDescriptor: 8,
  Fault: 21,
  Invalid: 28,
  NoEntry: 44,
  NotImplemented: 52,
  NotSupported: 58,
  NotCapable: 76,
} as const;
