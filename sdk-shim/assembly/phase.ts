// What the running callback may do to its stream. The host does not check it: a second reply, or one to a stream that
// is over, crashes it, and every worker with it.

let isOver: bool = false;
let mayEnd: bool = false;
let hasEnded: bool = false;
let mayRoute: bool = false;
let hasRequestBody: bool = false;
let hasResponseBody: bool = false;

function begin(over: bool, end: bool, route: bool, requestBody: bool, responseBody: bool): void {
  isOver = over;
  mayEnd = end;
  hasEnded = false;
  mayRoute = route;
  hasRequestBody = requestBody;
  hasResponseBody = responseBody;
}

/** A hook of the request begins: all is allowed, one reply or reset. */
export function beginRequestHook(): void {
  begin(false, true, true, true, false);
}

/** A hook of the response begins: its route is chosen. */
export function beginResponseHook(): void {
  begin(false, true, false, false, true);
}

/** A hook of a connection begins: nothing that belongs to HTTP is allowed. */
export function beginConnectionHook(): void {
  begin(false, false, false, false, false);
}

/** `onLog` or `onDone` begins: nothing is allowed any more. */
export function beginLastHook(): void {
  begin(true, false, false, false, false);
}

/** An answer to a call is handled: what waits for it can be ended, what goes on by itself can not. */
export function beginAnswer(isRequestPaused: bool, isResponsePaused: bool): void {
  begin(false, isRequestPaused || isResponsePaused, isRequestPaused, isRequestPaused, isResponsePaused);
}

/** Whether the request's body may be touched: after a reply to it the host still points to it when it is gone. */
export function isRequestBodyOpen(): bool {
  return hasRequestBody;
}

/** Whether the response's body may be touched. */
export function isResponseBodyOpen(): bool {
  return hasResponseBody;
}

/** True in the last hooks of a stream. */
export function isStreamOver(): bool {
  return isOver;
}

/** Asks to end the stream, by a reply or a reset: true once at most. */
export function takeEnd(): bool {
  if (!mayEnd) return false;
  mayEnd = false;
  hasEnded = true;
  return true;
}

/** Whether the running callback has ended its stream. */
export function isStreamEnded(): bool {
  return hasEnded;
}

/** Whether the route can still be chosen again. */
export function isRouteOpen(): bool {
  return mayRoute;
}
