import { Body } from "proxy-wasm-as-sdk";
import { Stage, Step, named, shown } from "./stage";

/**
 * `read body [start [length]]`, `length body`, `replace body text`, `prepend body text`, `append body text`, where
 * `body` is `requestBody` or `responseBody`, of a connection `downstream` or `upstream`; `chunk` reports what the hook was told.
 */
export function bodyStep(step: Step, stage: Stage): string | null {
  if (step.name == "chunk") return stage.size.toString() + (stage.endOfStream ? " end" : " more");
  const body = bodyOf(step.text(1).toString(), stage);
  if (!body) return null;
  const text = step.text(2);
  if (step.name == "read") return shown(body.read(<i32>step.number(2), <i32>step.number(3, i32.MAX_VALUE)));
  if (step.name == "length") return body.length.toString();
  if (step.name == "replace") return named(body.replace(text));
  if (step.name == "prepend") return named(body.prepend(text));
  if (step.name == "append") return named(body.append(text));
  return null;
}

function bodyOf(name: string, stage: Stage): Body | null {
  const connection = stage.connection;
  if (connection && name == "downstream") return connection.downstreamData;
  if (connection && name == "upstream") return connection.upstreamData;
  const filter = stage.filter;
  if (!filter) return null;
  if (name == "requestBody") return filter.requestBody;
  if (name == "responseBody") return filter.responseBody;
  return null;
}
