import { Bytes, Counter, Gauge, Histogram, Status, getSharedData, setSharedData } from "proxy-wasm-as-sdk";
import { Step, named, shown } from "./stage";

/** The number of the value that `getShared` read last. */
let seen: u32 = 0;

/**
 * `counter name by`, `gauge name by`, `recordGauge name value`, `histogram name value` (metrics report their value);
 * `getShared key`, `setShared key value`, `swapShared key value [more]` with the number last seen and `more`,
 * `addShared key by`, which tries until nobody came in between.
 */
export function sharedStep(step: Step): string | null {
  const name = step.text(1);
  if (step.name == "counter") return count(name.toString(), step.number(2));
  if (step.name == "gauge") return gauge(name.toString(), step.number(2));
  if (step.name == "recordGauge") return record(name.toString(), step.number(2));
  if (step.name == "histogram") {
    new Histogram(name.toString()).record(<u64>step.number(2));
    return "";
  }
  if (step.name == "getShared") {
    const found = getSharedData(name);
    if (found) seen = found.cas;
    return found ? shown(found.value) : "absent";
  }
  if (step.name == "setShared") return named(setSharedData(name, step.text(2)));
  if (step.name == "addShared") return add(name, step.number(2));
  if (step.name == "swapShared") return named(setSharedData(name, step.text(2), seen + <u32>step.number(3)));
  return null;
}

function count(name: string, by: i64): string {
  const counter = new Counter(name);
  counter.increment(by);
  return counter.value.toString();
}

function gauge(name: string, by: i64): string {
  const metric = new Gauge(name);
  metric.increment(by);
  return metric.value.toString();
}

function add(key: Bytes, by: i64): string {
  while (true) {
    const found = getSharedData(key);
    if (!found) return "absent";
    const sum = found.value.parseUint() + by;
    const status = setSharedData(key, sum.toString(), found.cas);
    if (status != Status.CasMismatch) return named(status);
  }
}

function record(name: string, value: i64): string {
  const metric = new Gauge(name);
  metric.record(<u64>value);
  return metric.value.toString();
}
