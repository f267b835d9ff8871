import { JsonValue } from "proxy-wasm-as-sdk";
import { bodyStep } from "./body";
import { callHeaders, callStep } from "./call";
import { connectionStep } from "./connection";
import { foreignStep } from "./foreign";
import { grpcMetadata, grpcStep } from "./grpc";
import { headerStep } from "./headers";
import { hostStep } from "./host";
import { lookupStep } from "./lookup";
import { queueStep } from "./queue";
import { Stage, Step, report } from "./stage";
import { sharedStep } from "./shared";
import { streamStep } from "./stream";
import { valueStep } from "./values";

/** Plays `steps` one after the other and reports what each returns. */
export function play(steps: JsonValue | null, stage: Stage): void {
  if (!steps) return;
  for (let i = 0; i < steps.length; i++) {
    const value = steps.at(i);
    if (value) perform(new Step(value), stage);
  }
}

function perform(step: Step, stage: Stage): void {
  if (step.name == "atEnd") {
    if (stage.endOfStream) play(step.at(1), stage);
    return;
  }
  let outcome = headerStep(step, stage, callHeaders(), grpcMetadata());
  if (outcome === null) outcome = bodyStep(step, stage);
  if (outcome === null) outcome = streamStep(step, stage);
  if (outcome === null) outcome = connectionStep(step, stage);
  if (outcome === null) outcome = callStep(step, stage, play);
  if (outcome === null) outcome = grpcStep(step, stage, play);
  if (outcome === null) outcome = lookupStep(step, stage, play);
  if (outcome === null) outcome = sharedStep(step);
  if (outcome === null) outcome = queueStep(step, stage);
  if (outcome === null) outcome = valueStep(step);
  if (outcome === null) outcome = foreignStep(step, stage);
  if (outcome === null) outcome = hostStep(step, stage);
  if (outcome === null) outcome = "unknown step " + step.name;
  if (outcome.length > 0) report(outcome);
}
