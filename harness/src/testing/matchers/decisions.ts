import { DataAction, HeadersAction, HOOK_SHAPES, Status } from "../../abi/index.ts";
import type { RecordedCall } from "../../trace/index.ts";
import type { Recording } from "../calls.ts";
import { hasMembers, listed, type Verdict, verdict, wrongSubject } from "./result.ts";

const REPLY = "proxy_send_local_response";
const CLOSE = "proxy_close_stream";

/** See `SidecraftMatchers.toPause`. */
export function toPause(received: unknown, hook?: string): Verdict {
  const { calls } = recording("toPause", received);
  const ended = new Set(
    calls
      .filter((call) => (call.function === REPLY || call.function === CLOSE) && call.result === Status.Ok)
      .map((call) => call.hook),
  );
  const pauses = calls.filter(
    (call) => isStop(call) && !ended.has(call) && (hook === undefined || call.function === hook),
  );
  return verdict(pauses.length > 0, `pause of ${hook ?? "the request or the response"}`, decisions(calls));
}

/** See `SidecraftMatchers.toReply`. */
export function toReply(received: unknown, status?: number): Verdict {
  const { calls } = recording("toReply", received);
  const replies = calls.filter((call) => call.function === REPLY && call.result === Status.Ok);
  return verdict(
    replies.some(({ args }) => status === undefined || args[0] === status),
    status === undefined ? "reply by a filter" : `reply by a filter with status ${status}`,
    decisions(calls),
  );
}

/** The recording that a matcher is to judge. */
export function recording(matcher: string, received: unknown): Recording<unknown> {
  if (hasMembers<Recording<unknown>>(received, "calls", "hostCalls", "result")) return received;
  throw wrongSubject(matcher, "a recording: expect(await host.record(() => host.fetch(...)))");
}

function isStop({ direction, function: name, result }: RecordedCall): boolean {
  if (direction === "vm->host" || typeof result !== "number") return false;
  switch (HOOK_SHAPES.get(name)?.result) {
    case "headers action":
      return result !== HeadersAction.Continue && result !== HeadersAction.ContinueAndEndStream;
    case "data action":
      return result !== DataAction.Continue;
    case "action":
      return result !== 0;
    default:
      return false;
  }
}

/** What the hooks decided: their results, replies, resumptions. */
function decisions(calls: readonly RecordedCall[]): string {
  const telling = calls.filter(({ direction, function: name }) => {
    if (direction === "vm->host")
      return name === REPLY || name === CLOSE || name.startsWith("proxy_continue_");
    return HOOK_SHAPES.get(name)?.result.endsWith("action") === true;
  });
  return listed("the filters decided:", telling.map(callLine), "no hook of a filter ran");
}

/** A call in one line. */
export function callLine({ plugin, contextId, text }: RecordedCall): string {
  return `${plugin === "" ? "" : `${plugin} `}#${contextId} ${text}`;
}
