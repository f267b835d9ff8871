/** Generated configuration and archives: pure functions, nothing is started or written here. */
export { bootstrap, type BindAddress, type BootstrapOptions, type ClusterSpec } from "./bootstrap.ts";
export {
  discoveredHttpFilter,
  discoveryFileName,
  discoveryResponse,
  EXTENSION_CONFIG_TYPE,
  httpFilter,
  WASM_FILTER_TYPE,
  type FilterSource,
  type ModulePlace,
} from "./http-filter.ts";
export type { Json, JsonObject } from "./json.ts";
export { tar, type TarEntry } from "./tar.ts";
export { toYaml } from "./yaml.ts";
