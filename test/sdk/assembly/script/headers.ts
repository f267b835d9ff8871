import { Bytes, HeaderList, Headers } from "proxy-wasm-as-sdk";
import { Stage, Step, named, shown } from "./stage";

/**
 * `get map name`, `getAll map name`, `pairs map`, `set map name value`, `add map name value`, `remove map name`, `byteSize map`,
 * `replaceAll map fields`,
 * where `map` is `requestHeaders` and so on, `call` for an answer's headers, `grpc` for the metadata
 * of a gRPC stream.
 */
export function headerStep(
  step: Step,
  stage: Stage,
  call: Headers | null,
  grpc: Headers | null,
): string | null {
  const name = step.text(1).toString();
  const map = name == "grpc" ? grpc : mapOf(name, stage, call);
  if (!map) return null;
  const field = step.text(2);
  if (step.name == "get") return shown(map.get(field));
  if (step.name == "getAll") return listed(map.getAll(field));
  if (step.name == "pairs") return paired(map);
  if (step.name == "set") return named(map.set(field, step.text(3)));
  if (step.name == "add") return named(map.add(field, step.text(3)));
  if (step.name == "byteSize") return map.byteSize.toString();
  if (step.name == "replaceAll") return named(map.replaceAll(listOf(step)));
  if (step.name == "remove") return named(map.remove(field));
  return null;
}

function listOf(step: Step): HeaderList {
  const list = new HeaderList();
  const fields = step.at(2);
  for (let i = 0; fields && i < fields.length; i++) {
    const field = fields.at(i);
    if (field) list.add(new Step(field).text(0), new Step(field).text(1));
  }
  return list;
}

function mapOf(name: string, stage: Stage, call: Headers | null): Headers | null {
  if (name == "call") return call;
  const filter = stage.filter;
  if (!filter) return null;
  if (name == "requestHeaders") return filter.requestHeaders;
  if (name == "requestTrailers") return filter.requestTrailers;
  if (name == "responseHeaders") return filter.responseHeaders;
  if (name == "responseTrailers") return filter.responseTrailers;
  return null;
}

function listed(values: Array<Bytes>): string {
  let text = values.length.toString();
  for (let i = 0; i < values.length; i++) text += " " + shown(values[i]);
  return text;
}

/** The entries that a test made: names that begin with `x-t`. */
function paired(map: Headers): string {
  const pairs = map.pairs();
  let text = pairs.length > 0 ? "pairs" : "no pairs";
  for (let i = 0; i < pairs.length; i++) {
    const name = pairs.name(i).toString();
    if (name.startsWith("x-t")) text += " " + name + shown(pairs.value(i));
  }
  return text;
}
