import * as env from "./abi/env";
import { addressOut, sizeOut, takeReturned } from "./abi/memory";
import { Status } from "./abi/types";
import { Bytes } from "./bytes";
import { isRouteOpen } from "./phase";
import { bytesOf } from "./text";

/**
 * What a foreign function answered.
 *
 * @example
 * ```ts
 * function compressed(text: Bytes): Bytes | null {
 *   const result: ForeignResult = callForeignFunction("compress", text);
 *   return result.status == Status.Ok ? result.value : null;
 * }
 * ```
 */
@final
export class ForeignResult {
  constructor(
    /** Ok, NotFound for a name that the host does not know, or the function's own. */
    readonly status: Status,
    /** The result; empty unless `status` is Ok. */
    readonly value: Bytes,
  ) {}
}

/**
 * Calls a function that the host adds to the ABI; NotFound when it has none of that name. For those that Envoy has there
 * are functions of their own here, which are to be preferred: Envoy checks little, and crashes for instance when the
 * module has no room for what `uncompress` makes of a few bytes; `uncompress` of the SDK does without it.
 *
 * @example
 * ```ts
 * export function shorter(text: Bytes): Bytes {
 *   const answer = callForeignFunction("compress", text);
 *   return answer.status == Status.Ok ? answer.value : text;
 * }
 * ```
 */
export function callForeignFunction<N, A>(name: N, argument: A): ForeignResult {
  const key = bytesOf<N>(name);
  const bytes = bytesOf<A>(argument);
  const status = env.proxy_call_foreign_function(
    key.ptr,
    key.length,
    bytes.ptr,
    bytes.length,
    addressOut,
    sizeOut,
  );
  return new ForeignResult(status, status == Status.Ok ? takeReturned() : Bytes.EMPTY);
}

// @ts-ignore: decorator
@lazy
const CLEAR_ROUTE_CACHE = Bytes.of("clear_route_cache");

/**
 * Has the host choose the route of the current stream again, from its request headers as they are now. BadArgument
 * where no request can change its way any more: outside the hooks of the request and calls it waits for.
 *
 * @example
 * ```ts
 * class VariantFilter extends HttpFilter {
 *   onRequestHeaders(endOfStream: bool): Action {
 *     this.requestHeaders.set("x-variant", "canary");
 *     clearRouteCache(); // a route that matches x-variant is chosen now
 *     return Action.Continue;
 *   }
 * }
 * ```
 */
export function clearRouteCache(): Status {
  if (!isRouteOpen()) return Status.BadArgument;
  return callForeignFunction(CLEAR_ROUTE_CACHE, Bytes.EMPTY).status;
}
