import { Action, Reply } from "proxy-wasm-as-sdk";
import { Stage, Step } from "./stage";

/**
 * Of a connection: `pause`, `pauseUnder size` (unless it is the end), `resume`, `close`, `closeUpstream`, and `reply`,
 * which belongs to HTTP. They report nothing.
 */
export function connectionStep(step: Step, stage: Stage): string | null {
  const connection = stage.connection;
  if (!connection) return null;
  if (step.name == "pause") stage.action = Action.Pause;
  else if (step.name == "pauseUnder") stage.action = below(<i32>step.number(1), stage);
  else if (step.name == "resume") connection.resumeDownstream();
  else if (step.name == "close") connection.closeDownstream();
  else if (step.name == "closeUpstream") connection.closeUpstream();
  else if (step.name == "reply") new Reply(403).send();
  else return null;
  return "";
}

function below(size: i32, stage: Stage): Action {
  return stage.size < size && !stage.endOfStream ? Action.Pause : Action.Continue;
}
