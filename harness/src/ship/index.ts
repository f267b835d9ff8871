/** Generated configuration and archives: pure functions, nothing is started or written here. */
export {
  bootstrap,
  LISTENER_NAME,
  TCP_LISTENER_NAME,
  type BindAddress,
  type BootstrapOptions,
  type ClusterSpec,
} from "./bootstrap.ts";
export {
  discoveredHttpFilter,
  discoveryFileName,
  discoveryResponse,
  EXTENSION_CONFIG_TYPE,
  httpFilter,
  WASM_FILTER_TYPE,
  wasmConfig,
  type FilterSource,
  type ModulePlace,
} from "./http-filter.ts";
export type { Json, JsonObject } from "./json.ts";
export { tapFilter, type TapPlace } from "./tap.ts";
export { tcpListener, WASM_NETWORK_FILTER_TYPE } from "./tcp-listener.ts";
export { tar, type TarEntry } from "./tar.ts";
export { toYaml } from "./yaml.ts";
