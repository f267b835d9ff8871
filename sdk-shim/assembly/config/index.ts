export { formatDuration, parseDuration } from "./duration";
export { ConfigError } from "./error";
export { ConfigList } from "./list";
export { ConfigObject } from "./object";
export { ConfigReader } from "./reader";
