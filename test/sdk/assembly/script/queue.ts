import { SharedQueue } from "proxy-wasm-as-sdk";
import { Stage, Step, named, shown } from "./stage";

/**
 * `registerQueue name`, `resolveQueue vmId name`, `enqueue vmId name text`, `dequeue vmId name`,
 * `isReady name` (whether `onQueueReady` named this queue).
 */
export function queueStep(step: Step, stage: Stage): string | null {
  if (step.name == "registerQueue") return found(SharedQueue.register(step.text(1)));
  if (step.name == "isReady") {
    const queue = SharedQueue.resolve("", step.text(1));
    return queue && <i32>queue.id == stage.size ? "ready" : "another queue";
  }
  if (!step.name.endsWith("queue") && step.name != "resolveQueue") return null;
  const queue = SharedQueue.resolve(step.text(1), step.text(2));
  if (step.name == "resolveQueue" || !queue) return found(queue);
  if (step.name == "enqueue") return named(queue.enqueue(step.text(3)));
  return shown(queue.dequeue());
}

function found(queue: SharedQueue | null): string {
  return queue && queue.id > 0 ? "queue" : "no queue";
}
