import { Context, DnsAnswer, DnsLookup, JsonValue } from "proxy-wasm-as-sdk";
import { Stage, Step, named, shown } from "./stage";

type Play = (steps: JsonValue | null, stage: Stage) => void;

/** The answer that is being handled. */
let answer: DnsAnswer | null = null;

class ScriptLookup extends DnsLookup {
  constructor(
    context: Context,
    private readonly stage: Stage,
    private readonly steps: JsonValue | null,
    private readonly play: Play,
  ) {
    super(context);
  }

  onResolved(found: DnsAnswer): void {
    answer = found;
    this.play(this.steps, this.stage);
    answer = null;
  }
}

/** `lookup name steps`: asks for the name, plays the steps at the answer. Among them `addresses` reports it. */
export function lookupStep(step: Step, stage: Stage, play: Play): string | null {
  if (step.name == "lookup") {
    const lookup = new ScriptLookup(stage.context, stage, step.at(2), play);
    const status = lookup.resolve(step.text(1));
    const early = lookup.answer;
    return early ? "at once " + listed(early) : named(status);
  }
  const found = answer;
  return step.name == "addresses" && found ? listed(found) : null;
}

function listed(found: DnsAnswer): string {
  let text = found.length.toString();
  for (let i = 0; i < found.length; i++) {
    text += shown(found.address(i)) + (found.secondsToLive(i) > 0 ? " lasts" : " at once");
  }
  const beyond = found.address(found.length).length + found.address(-1).length;
  return beyond == 0 && found.secondsToLive(found.length) == 0 ? text : "beyond the end";
}
