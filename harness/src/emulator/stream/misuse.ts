import { HostCrashError } from "../errors.ts";
import type { Context } from "../vm/context.ts";

/** How a filter ends its stream. */
export type StreamEnding = "reply" | "reset";

const CALLED: Readonly<Record<StreamEnding, string>> = {
  reply: "proxy_send_local_response",
  reset: "proxy_close_stream",
};
const RESPONSE_HEADERS = "proxy_on_response_headers";
const RESPONSE_TRAILERS = "proxy_on_response_trailers";
const REQUEST_TRAILERS = "proxy_on_request_trailers";
/** Hooks in which Envoy holds a reply back until they have returned: ending twice there does no harm. */
const HOLDING: ReadonlySet<string> = new Set(["proxy_on_request_headers", "proxy_on_request_body"]);

/**
 * Checks that the stream of `context` may be ended now. Envoy 1.40 does not check it, and uses what it has freed or calls
 * on_log in on_log until its stack is full. Once a filter has replied, Envoy ignores what it does to the stream.
 * @throws HostCrashError where it crashes, or may
 */
export function checkEnding(context: Context, ending: StreamEnding): void {
  const { stream, hook, endings } = context;
  if (!stream || context.hasReplied) return;
  if (stream.isOver) throw new HostCrashError(`${CALLED[ending]} after the end of the stream`);
  if (ending === "reset" && hook === RESPONSE_TRAILERS)
    throw new HostCrashError(`${CALLED.reset} in ${RESPONSE_TRAILERS}`);
  const [first] = endings;
  if (first === undefined || (hook !== undefined && HOLDING.has(hook))) return;
  if (hook === REQUEST_TRAILERS && !(first === "reset" && ending === "reset")) return;
  if (first === "reply" && ending === "reply" && !stream.responseHeaders) return;
  throw new HostCrashError(
    `${CALLED[ending]} after ${CALLED[first]} in ${hook ?? "a callback for another stream or the answer to a call"}`,
  );
}

/**
 * Checks that the response may go on at `context`. Envoy 1.40 takes headers that are not there, or sends what it has sent.
 * @throws HostCrashError where it crashes, or sends the client what is no HTTP
 */
export function checkResponseResumed({ stream, hook }: Context): void {
  if (!stream || stream.isOver) return;
  const problem = !stream.responseHeaders
    ? "while there is no response"
    : hook === RESPONSE_HEADERS || hook === RESPONSE_TRAILERS
      ? `in ${hook}, which has not paused it`
      : undefined;
  if (problem !== undefined) throw new HostCrashError(`proxy_continue_stream(response) ${problem}`);
}
