/** The Wasm HTTP filter as it stands in `http_filters`, and as an extension delivered by discovery (ECDS). */
import { parseDuration } from "../model/duration.ts";
import { configText, type FilterSpec } from "../model/index.ts";
import type { JsonObject } from "./json.ts";

/** Type URL of the HTTP filter's configuration. */
export const WASM_FILTER_TYPE = "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm";

/** Type URL of the resource that ECDS delivers. */
export const EXTENSION_CONFIG_TYPE = "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig";

/** Where the module lies for the proxy that reads the configuration. */
export interface ModulePlace {
  /** Path of the module as Envoy sees it; the filter's own `wasmPath` when absent. */
  readonly wasmPath?: string;
}

/** From where Envoy gets filters that can be replaced while it runs. */
export type FilterSource =
  /** A directory, as Envoy sees it, with one file per filter (see {@link discoveryFileName}). */
  | { readonly directory: string }
  /** A cluster that answers `POST /v3/discovery:extension_configs` with JSON (REST xDS). */
  | { readonly restCluster: string };

/**
 * Makes the entry of one filter in the connection manager's `http_filters`.
 *
 * @param filter the filter; `config` travels as `google.protobuf.StringValue` and arrives byte for byte
 * @param place where the module lies for Envoy
 * @returns an `envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter`
 */
export function httpFilter(filter: FilterSpec, place: ModulePlace = {}): JsonObject {
  return { name: filter.name, typed_config: wasmConfig(filter, place) };
}

/**
 * Makes the entry of a filter whose configuration is discovered (ECDS), so that it can be replaced at run time.
 *
 * Until the first valid configuration has come the listener is not opened; if none comes, Envoy answers 500.
 *
 * @param name name of the filter, of the plugin and of the discovered resource
 * @param source from where it comes
 * @returns an `envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter`
 */
export function discoveredHttpFilter(name: string, source: FilterSource): JsonObject {
  const from: JsonObject =
    "directory" in source
      ? { path_config_source: { path: `${source.directory}/${discoveryFileName(name)}` } }
      : {
          api_config_source: {
            api_type: "REST",
            transport_api_version: "V3",
            cluster_names: [source.restCluster],
            refresh_delay: "0.05s",
            request_timeout: "30s",
          },
        };
  return {
    name,
    config_discovery: {
      config_source: { ...from, resource_api_version: "V3" },
      type_urls: [WASM_FILTER_TYPE],
      apply_default_config_without_warming: false,
    },
  };
}

/**
 * Makes the answer of a discovery service (or the content of a discovery file) for one filter.
 *
 * @param filter the filter
 * @param place where the module lies for Envoy
 * @param version name of this version, shown in Envoy's config dump
 * @returns an `envoy.service.discovery.v3.DiscoveryResponse`
 */
export function discoveryResponse(filter: FilterSpec, place: ModulePlace, version: string): JsonObject {
  const resource = {
    "@type": EXTENSION_CONFIG_TYPE,
    name: filter.name,
    typed_config: wasmConfig(filter, place),
  };
  return { version_info: version, type_url: EXTENSION_CONFIG_TYPE, resources: [resource] };
}

/** Name of the discovery file of a filter inside its directory: the filter's name, made safe for a path. */
export function discoveryFileName(filterName: string): string {
  return `${encodeURIComponent(filterName)}.json`;
}

/**
 * Makes the configuration of a Wasm filter: the HTTP and the network filter have the same.
 *
 * @param type type URL of the message
 * @returns the message, an `Any` in JSON
 */
export function wasmConfig(
  filter: FilterSpec,
  place: ModulePlace,
  type: string = WASM_FILTER_TYPE,
): JsonObject {
  const text = configText(filter.config);
  const vmText = configText(filter.vmConfig);
  const environment = filter.environment ?? {};
  return {
    "@type": type,
    config: {
      name: filter.name,
      ...(filter.rootId !== undefined && { root_id: filter.rootId }),
      vm_config: {
        ...(filter.vmId !== undefined && { vm_id: filter.vmId }),
        runtime: "envoy.wasm.runtime.v8",
        code: { local: { filename: place.wasmPath ?? filter.wasmPath } },
        ...(Object.keys(environment).length > 0 && {
          environment_variables: { key_values: { ...environment } },
        }),
        ...(vmText !== "" && { configuration: stringValue(vmText) }),
        ...(filter.capabilities && { capability_restriction_config: restriction(filter.capabilities) }),
      },
      ...(text !== "" && {
        configuration: filter.configType === "struct" ? struct(text) : stringValue(text),
      }),
      ...(filter.allowOnHeadersStopIteration === true && { allow_on_headers_stop_iteration: true }),
      ...failurePolicy(filter),
    },
  };
}

function failurePolicy({ failurePolicy: policy = "closed", reloadBackoff }: FilterSpec): JsonObject {
  if (policy === "fail_open") return { fail_open: true };
  return {
    failure_policy: `FAIL_${policy.toUpperCase()}`,
    ...(policy === "reload" &&
      reloadBackoff !== undefined && {
        reload_config: { backoff: { base_interval: seconds(reloadBackoff) } },
      }),
  };
}

/** A duration as protobuf's JSON has it. */
function seconds(duration: string): string {
  return `${Number(parseDuration(duration)) / 1e9}s`;
}

/** Text that arrives at the module byte for byte. */
function stringValue(value: string): JsonObject {
  return { "@type": "type.googleapis.com/google.protobuf.StringValue", value };
}

/** A JSON object that arrives at the module as the binary of this message. */
function struct(text: string): JsonObject {
  return { "@type": "type.googleapis.com/google.protobuf.Struct", value: JSON.parse(text) as JsonObject };
}

function restriction(capabilities: readonly string[]): JsonObject {
  return { allowed_capabilities: Object.fromEntries(capabilities.map((name) => [name, {}])) };
}
