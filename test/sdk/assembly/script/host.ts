import {
  Bytes,
  BytesBuilder,
  LogLevel,
  callStatus,
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
 * `callStatus`, `random size`, and for a plugin
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
