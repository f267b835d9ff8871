// What the running callback may do to its stream. The host does not check it: a second reply, or one to a stream that
// is over, crashes it, and every worker with it.

const OVER: u32 = 1;
const MAY_END: u32 = 2;
const HAS_ENDED: u32 = 4;
const MAY_ROUTE: u32 = 8;
const REQUEST_BODY: u32 = 16;
const RESPONSE_BODY: u32 = 32;
const MAY_NOT_RESET: u32 = 64;

/** One number, since every hook begins with writing all of it. */
let phase: u32 = 0;

/** A hook of the request begins: all is allowed, one reply or reset. */
export function beginRequestHook(): void {
  phase = MAY_END | MAY_ROUTE | REQUEST_BODY;
}

/** A hook of the response begins: its route is chosen. */
export function beginResponseHook(): void {
  phase = MAY_END | RESPONSE_BODY;
}

/** A hook of a connection begins: nothing that belongs to HTTP is allowed. */
export function beginConnectionHook(): void {
  phase = 0;
}

/** `onLog` or `onDone` begins: nothing is allowed any more. */
export function beginLastHook(): void {
  phase = OVER;
}

/** An answer to a call is handled: what waits for it can be ended, what goes on by itself can not. */
export function beginAnswer(isRequestPaused: bool, isResponsePaused: bool): void {
  phase =
    (isRequestPaused ? MAY_END | MAY_ROUTE | REQUEST_BODY : 0) |
    (isResponsePaused ? MAY_END | RESPONSE_BODY : 0);
}

/** Whether the request's body may be touched: after a reply to it the host still points to it when it is gone. */
export function isRequestBodyOpen(): bool {
  return (phase & REQUEST_BODY) != 0;
}

/** Whether the response's body may be touched. */
export function isResponseBodyOpen(): bool {
  return (phase & RESPONSE_BODY) != 0;
}

/** True in the last hooks of a stream. */
export function isStreamOver(): bool {
  return (phase & OVER) != 0;
}

/** Asks to end the stream, by a reply or a reset: true once at most. */
export function takeEnd(): bool {
  if ((phase & MAY_END) == 0) return false;
  phase = (phase & ~MAY_END) | HAS_ENDED;
  return true;
}

/** The trailers of a response are handled: a reset here takes away what the host goes on to use. */
export function refuseReset(): void {
  phase |= MAY_NOT_RESET;
}

/** Asks to reset the stream: true once at most. */
export function takeReset(): bool {
  return (phase & MAY_NOT_RESET) == 0 && takeEnd();
}

/** Whether the running callback has ended its stream. */
export function isStreamEnded(): bool {
  return (phase & HAS_ENDED) != 0;
}

/** Whether the route can still be chosen again. */
export function isRouteOpen(): bool {
  return (phase & MAY_ROUTE) != 0;
}
