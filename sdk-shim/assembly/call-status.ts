import * as env from "./abi/env";
import { addressOut, numberOut, sizeOut, takeReturned } from "./abi/memory";
import { Status } from "./abi/types";
import { Bytes } from "./bytes";

/**
 * How the last call to another service ended: `callStatus()` says it.
 *
 * @example
 * ```ts
 * function hasFailed(status: CallStatus): bool {
 *   return status.code != 0;
 * }
 * ```
 */
@final
export class CallStatus {
  constructor(
    /** 0 when it went well; a gRPC status, or the host's reason why an HTTP call has no answer. */
    readonly code: u32,
    /** The host's words; may be empty. */
    readonly message: Bytes,
  ) {}
}

/**
 * How the call ended whose answer is being handled (proxy-wasm 0.2.1, `proxy_get_status`): the words for a failed gRPC
 * call or an HTTP call without an answer. Code 0 and no words when nothing has failed yet; outside the handling of an
 * answer it says what came last, of whichever call.
 *
 * @example
 * ```ts
 * export function explainFailure(): void {
 *   const status = callStatus();
 *   if (status.code != 0) log(LogLevel.Warn, "call failed: " + status.message.toString());
 * }
 * ```
 */
export function callStatus(): CallStatus {
  const status = env.proxy_get_status(numberOut, addressOut, sizeOut);
  if (status != Status.Ok) return new CallStatus(0, Bytes.EMPTY);
  const code = load<u32>(numberOut);
  return new CallStatus(code, takeReturned());
}
