export { JsonLimits } from "./limits";
export { parseJson } from "./parse";
export { escapePointer, JsonResult } from "./result";
export { parseConfiguration, parseStruct } from "./struct";
export { JsonKind, JsonValue } from "./value";
export { writeJsonString } from "./write";
