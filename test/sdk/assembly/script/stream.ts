import { Action, Bytes, HttpFilter, JsonValue, Reply } from "proxy-wasm-as-sdk";
import { Stage, Step } from "./stage";

/**
 * `pause`, `pauseUntilEnd`, `atEnd steps` (plays them at the end of the stream), `resumeRequest`, `resumeResponse`, `reset`,
 * `reply status {headers, body, details, grpcStatus}`. They report nothing.
 */
export function streamStep(step: Step, stage: Stage): string | null {
  const filter = stage.filter;
  if (!filter) return null;
  if (step.name == "pause") stage.action = Action.Pause;
  else if (step.name == "pauseUntilEnd") stage.action = stage.endOfStream ? Action.Continue : Action.Pause;
  else if (step.name == "resumeRequest") filter.resumeRequest();
  else if (step.name == "resumeResponse") filter.resumeResponse();
  else if (step.name == "reset") filter.reset();
  else if (step.name == "reply") stage.action = send(filter, step);
  else return null;
  return "";
}

function send(filter: HttpFilter, step: Step): Action {
  const reply = filter.reply(<u32>step.number(1));
  const options = step.at(2);
  if (options) {
    addHeaders(reply, options.get(Bytes.of("headers")));
    const body = options.get(Bytes.of("body"));
    if (body) reply.body(body.text);
    const details = options.get(Bytes.of("details"));
    if (details) reply.details(details.text);
    const grpcStatus = options.get(Bytes.of("grpcStatus"));
    if (grpcStatus) reply.grpcStatus(<i32>grpcStatus.integer);
  }
  return reply.send();
}

function addHeaders(reply: Reply, headers: JsonValue | null): void {
  if (!headers) return;
  for (let i = 0; i < headers.length; i++) {
    const field = headers.at(i);
    if (!field) continue;
    const step = new Step(field);
    reply.header(step.text(0), step.text(1));
  }
}
