import {
  Bytes,
  BytesBuilder,
  LogLevel,
  Status,
  callForeignFunction,
  clearRouteCache,
  currentTimeNanoseconds,
  getIntegerProperty,
  getProperty,
  isLogged,
  log,
  propertyPath,
  randomBytes,
  setProperty,
} from "proxy-wasm-as-sdk";
import { Stage, Step, named, shown } from "./stage";

/**
 * `property segment...`, `integerProperty fallback segment...`, `setProperty name value`, `logLine level text`,
 * `isLogged level`, `time`, `random size`, `foreign name argument`, `zip text` (there and back), `clearRouteCache`,
 * and for a plugin `tickPeriod milliseconds` and `refuse`.
 */
export function hostStep(step: Step, stage: Stage): string | null {
  if (step.name == "property") return shown(getProperty(pathFrom(step, 1)));
  if (step.name == "integerProperty") return getIntegerProperty(pathFrom(step, 2), step.number(1)).toString();
  if (step.name == "setProperty") return named(setProperty(step.text(1), step.text(2)));
  if (step.name == "isLogged") return isLogged(<LogLevel>(<i32>step.number(1))) ? "yes" : "no";
  if (step.name == "time") return currentTimeNanoseconds().toString();
  if (step.name == "random") return random(<i32>step.number(1));
  if (step.name == "foreign") return named(callForeignFunction(step.text(1), step.text(2)).status);
  if (step.name == "zip") return zip(step.text(1));
  if (step.name == "clearRouteCache") return named(clearRouteCache());
  if (step.name == "logLine") log(<LogLevel>(<i32>step.number(1)), step.text(2));
  else return pluginStep(step, stage);
  return "";
}

function pluginStep(step: Step, stage: Stage): string | null {
  const plugin = stage.plugin;
  if (!plugin) return null;
  if (step.name == "tickPeriod") plugin.setTickPeriod(<u32>step.number(1));
  else if (step.name == "refuse") stage.accepted = false;
  else return null;
  return "";
}

function pathFrom(step: Step, first: i32): Bytes {
  const segments = new Array<string>();
  for (let i = first; step.at(i) !== null; i++) segments.push(step.text(i).toString());
  return propertyPath(segments);
}

function random(size: i32): string {
  const bytes = randomBytes(size);
  if (!bytes) return "absent";
  const start = Bytes.fromBuffer(bytes).slice(0, 32);
  return bytes.byteLength.toString() + " " + new BytesBuilder().appendHex(start).take().toString();
}

function zip(text: Bytes): string {
  const packed = callForeignFunction("compress", text);
  if (packed.status != Status.Ok) return named(packed.status);
  const unpacked = callForeignFunction("uncompress", packed.value);
  return (packed.value.length < text.length ? "smaller" : "larger") + shown(unpacked.value);
}
