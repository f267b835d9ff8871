import {
  Bytes,
  BytesBuilder,
  LogLevel,
  Status,
  callForeignFunction,
  callStatus,
  clearRouteCache,
  currentTimeNanoseconds,
  environmentVariable,
  isLogged,
  log,
  logLevel,
  monotonicTimeNanoseconds,
  randomBytes,
  vmConfiguration,
} from "proxy-wasm-as-sdk";
import { Stage, Step, named, shown } from "./stage";

/**
 * `logLine level text`, `isLogged level`, `logLevel`, `time`, `monotonic`, `environment name`, `vmConfiguration`,
 * `callStatus`, `random size`, `foreign name argument`, `zip text` (there and back), `clearRouteCache`, and for a plugin
 * `tickPeriod milliseconds`, `refuse` (also defers its end), `finish`.
 */
export function hostStep(step: Step, stage: Stage): string | null {
  if (step.name == "isLogged") return isLogged(<LogLevel>(<i32>step.number(1))) ? "yes" : "no";
  if (step.name == "logLevel") return logLevel().toString();
  if (step.name == "monotonic") return monotonicTimeNanoseconds().toString();
  if (step.name == "environment") return shown(environmentVariable(step.text(1)));
  if (step.name == "vmConfiguration") return shown(vmConfiguration());
  if (step.name == "callStatus") return lastCall();
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
  else if (step.name == "finish") return named(plugin.finish());
  else return null;
  return "";
}

function lastCall(): string {
  const status = callStatus();
  return status.code.toString() + shown(status.message);
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
