import { CallResponse, Context, HeaderList, Headers, HttpCall, JsonValue } from "proxy-wasm-as-sdk";
import { Stage, Step, named, shown } from "./stage";

type Play = (steps: JsonValue | null, stage: Stage) => void;

/** The answer that is being handled. */
let answer: CallResponse | null = null;

class ScriptCall extends HttpCall {
  constructor(
    context: Context,
    private readonly stage: Stage,
    private readonly steps: JsonValue | null,
    private readonly play: Play,
  ) {
    super(context);
  }

  onResponse(response: CallResponse): void {
    answer = response;
    this.play(this.steps, this.stage);
    answer = null;
  }
}

/** The headers of the answer that is being handled. */
export function callHeaders(): Headers | null {
  const response = answer;
  return response ? response.headers : null;
}

/**
 * `call cluster headers body timeout steps`: sends the request, plays the steps at the answer. Among them
 * `answer` reports its status, `answerBody` its body, `answerTrailer name` a
 * trailer, and `setFromAnswer name` sets a request header to its body.
 */
export function callStep(step: Step, stage: Stage, play: Play): string | null {
  if (step.name == "call") return dispatch(step, stage, play);
  const response = answer;
  if (!response) return null;
  if (step.name == "answer")
    return "status " + response.status.toString() + (response.failed ? " failed" : "");
  if (step.name == "answerBody") return response.bodySize.toString() + shown(response.body.read());
  const filter = stage.filter;
  if (step.name == "setFromAnswer" && filter)
    return named(filter.requestHeaders.set(step.text(1), response.body.read()));
  if (step.name == "answerTrailer") return shown(response.trailers.get(step.text(1)));
  return null;
}

function dispatch(step: Step, stage: Stage, play: Play): string {
  const headers = new HeaderList();
  const fields = step.at(2);
  for (let i = 0; fields && i < fields.length; i++) {
    const field = fields.at(i);
    if (!field) continue;
    const entry = new Step(field);
    headers.add(entry.text(0), entry.text(1));
  }
  const call = new ScriptCall(stage.context, stage, step.at(5), play);
  return named(call.dispatch(step.text(1), headers, step.text(3), <u32>step.number(4)));
}
