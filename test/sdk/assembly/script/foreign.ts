import {
  Bytes,
  BytesBuilder,
  Expression,
  LifeSpan,
  PropertyType,
  Status,
  callForeignFunction,
  clearRouteCache,
  compress,
  declareProperty,
  setEnvoyFilterState,
  sign,
  uncompress,
  verifySignature,
} from "proxy-wasm-as-sdk";
import { Stage, Step, named, shown } from "./stage";

let expression: Expression | null = null;
let signature: Bytes = Bytes.EMPTY;

/**
 * `foreign name argument`, `clearRouteCache`, `zip text` (there and back), `unzip hex limit`, `unzipBody limit`, `sign hash key text`,
 * `verify hash key text` (what `sign` made last), `verifyHex hash key text signature`,
 * `expression source`, `evaluate`, `isTrueOr otherwise`, `deleteExpression`, `declare name type span readOnly`,
 * `setEnvoyState key value span`.
 */
export function foreignStep(step: Step, stage: Stage): string | null {
  const name = step.name;
  if (name == "foreign") return named(callForeignFunction(step.text(1), step.text(2)).status);
  if (name == "clearRouteCache") return named(clearRouteCache());
  if (name == "zip") return zip(step.text(1));
  if (name == "unzip") return size(uncompress(unhex(step.text(1)), <i32>step.number(2)));
  if (name == "unzipBody") return unzipBody(step, stage);
  if (name == "sign") return signStep(step);
  if (name == "verify") return verify(step, signature);
  if (name == "verifyHex") return verify(step, unhex(step.text(4)));
  if (name == "declare") return declare(step);
  if (name == "setEnvoyState") {
    const span = <LifeSpan>(<i32>step.number(3));
    return named(setEnvoyFilterState(step.text(1), step.text(2), span));
  }
  return expressionStep(step);
}

function expressionStep(step: Step): string | null {
  if (step.name == "expression") {
    expression = Expression.create(step.text(1));
    return expression !== null ? "expression" : "no expression";
  }
  const made = expression;
  if (step.name == "evaluate") return made ? hex(made.evaluate()) : "no expression";
  if (step.name == "isTrueOr")
    return made ? (made.isTrueOr(step.number(1) != 0) ? "true" : "false") : "no expression";
  if (step.name != "deleteExpression") return null;
  if (made) made.delete();
  return "";
}

function zip(text: Bytes): string {
  const packed = compress(text);
  if (!packed) return "absent";
  return (packed.length < text.length ? "smaller" : "larger") + shown(uncompress(packed, text.length));
}

function unzipBody(step: Step, stage: Stage): string {
  const filter = stage.filter;
  return filter ? size(uncompress(filter.requestBody.read(), <i32>step.number(1))) : "absent";
}

function signStep(step: Step): string {
  const made = sign(step.text(1), step.text(2), step.text(3));
  const value = made.value;
  if (!value) return "no signature" + shown(made.error);
  signature = value;
  return "signed" + shown(made.error);
}

function verify(step: Step, wanted: Bytes): string {
  const found = verifySignature(step.text(1), step.text(2), wanted, step.text(3));
  return (found.isValid ? "valid" : "not valid") + shown(found.error);
}

function declare(step: Step): string {
  const type = <PropertyType>(<i32>step.number(2));
  const span = <LifeSpan>(<i32>step.number(3));
  return named(declareProperty(step.text(1), type, span, step.number(4) != 0));
}

function size(bytes: Bytes | null): string {
  return bytes ? bytes.length.toString() + " bytes" : "absent";
}

function hex(bytes: Bytes | null): string {
  return bytes ? "0x" + new BytesBuilder().appendHex(bytes).take().toString() : "absent";
}

function unhex(text: Bytes): Bytes {
  const bytes = new BytesBuilder();
  for (let i = 0; i + 1 < text.length; i += 2)
    bytes.appendByte((<u8>(digit(text.at(i)) << 4)) | digit(text.at(i + 1)));
  return bytes.take();
}

function digit(letter: u8): u8 {
  return letter <= 0x39 ? letter - 0x30 : letter - 0x57;
}
