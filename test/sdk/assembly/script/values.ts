import {
  Bytes,
  getBooleanProperty,
  getDurationProperty,
  getFilterState,
  getFilterStateObject,
  getFloatProperty,
  getIntegerProperty,
  getListProperty,
  getMapProperty,
  getProperty,
  getTimeProperty,
  getUnsignedProperty,
  propertyPath,
  setFilterState,
  setProperty,
} from "proxy-wasm-as-sdk";
import { Step, named, shown } from "./stage";

/**
 * `property segment...`, `integerProperty fallback segment...` and so on for the other types, `mapProperty segment...`
 * (the entries that a test made: names that begin with `x-t`), `listProperty segment...`, `setProperty name value`,
 * `filterState name`, `filterStateObject name`, `setFilterState name value`.
 */
export function valueStep(step: Step): string | null {
  const name = step.name;
  if (name == "property") return shown(getProperty(pathFrom(step, 1)));
  if (name == "mapProperty") return entries(pathFrom(step, 1));
  if (name == "listProperty") return elements(pathFrom(step, 1));
  if (name == "setProperty") return named(setProperty(step.text(1), step.text(2)));
  if (name == "setFilterState") return named(setFilterState(step.text(1), step.text(2)));
  if (name == "filterState") return shown(getFilterState(step.text(1)));
  if (name == "filterStateObject") return shown(getFilterStateObject(step.text(1)));
  return name.endsWith("Property") ? number(step) : null;
}

function number(step: Step): string | null {
  const name = step.name;
  const fallback = step.number(1);
  const path = pathFrom(step, 2);
  if (name == "integerProperty") return getIntegerProperty(path, fallback).toString();
  if (name == "durationProperty") return getDurationProperty(path, fallback).toString();
  if (name == "timeProperty") return getTimeProperty(path, fallback).toString();
  if (name == "unsignedProperty") return getUnsignedProperty(path, <u64>fallback).toString();
  if (name == "floatProperty") return getFloatProperty(path, <f64>fallback).toString();
  if (name == "booleanProperty") return getBooleanProperty(path, fallback != 0) ? "true" : "false";
  return null;
}

function entries(path: Bytes): string {
  const map = getMapProperty(path);
  if (!map) return "no map";
  let text = "map";
  for (let i = 0; i < map.length; i++) {
    const name = map.name(i).toString();
    if (name.startsWith("x-t")) text += " " + name + shown(map.value(i));
  }
  return text;
}

function elements(path: Bytes): string {
  const list = getListProperty(path);
  if (!list) return "no list";
  let text = "list";
  for (let i = 0; i < list.length; i++) text += " " + list[i].toString();
  return text;
}

function pathFrom(step: Step, first: i32): Bytes {
  const segments = new Array<string>();
  for (let i = first; step.at(i) !== null; i++) segments.push(step.text(i).toString());
  return propertyPath(segments);
}
