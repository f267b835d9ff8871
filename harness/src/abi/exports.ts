import type { AbiVersion, Signature } from "./imports.ts";

/**
 * Functions that Envoy 1.40 looks up in a module, with the signature each must have. All are optional
 * except an allocator (`malloc` or `proxy_on_memory_allocate`).
 */
export const GUEST_EXPORTS: ReadonlyMap<string, Signature> = new Map<string, Signature>([
  ["_initialize", ":"],
  ["_start", ":"],
  ["main", "ii:i"],
  ["__main_void", ":i"],
  ["malloc", "i:i"],
  ["proxy_on_memory_allocate", "i:i"],
  ["proxy_validate_configuration", "ii:i"],
  ["proxy_on_vm_start", "ii:i"],
  ["proxy_on_configure", "ii:i"],
  ["proxy_on_tick", "i:"],
  ["proxy_on_context_create", "ii:"],
  ["proxy_on_new_connection", "i:i"],
  ["proxy_on_downstream_data", "iii:i"],
  ["proxy_on_upstream_data", "iii:i"],
  ["proxy_on_downstream_connection_close", "ii:"],
  ["proxy_on_upstream_connection_close", "ii:"],
  ["proxy_on_request_headers", "iii:i"],
  ["proxy_on_request_body", "iii:i"],
  ["proxy_on_request_trailers", "ii:i"],
  ["proxy_on_request_metadata", "ii:i"],
  ["proxy_on_response_headers", "iii:i"],
  ["proxy_on_response_body", "iii:i"],
  ["proxy_on_response_trailers", "ii:i"],
  ["proxy_on_response_metadata", "ii:i"],
  ["proxy_on_http_call_response", "iiiii:"],
  ["proxy_on_grpc_receive_initial_metadata", "iii:"],
  ["proxy_on_grpc_receive", "iii:"],
  ["proxy_on_grpc_receive_trailing_metadata", "iii:"],
  ["proxy_on_grpc_close", "iii:"],
  ["proxy_on_queue_ready", "ii:"],
  ["proxy_on_foreign_function", "iii:"],
  ["proxy_on_done", "i:i"],
  ["proxy_on_log", "i:"],
  ["proxy_on_delete", "i:"],
  ["envoy_on_resolve_dns", "iii:"],
  ["envoy_on_stats_update", "ii:"],
]);

/** The signature that `name` must have under `version`: 0.1.0 has no end-of-stream flag in the header hooks. */
export function guestSignature(name: string, version: AbiVersion): Signature | undefined {
  const is010Headers = name === "proxy_on_request_headers" || name === "proxy_on_response_headers";
  return version === "0_1_0" && is010Headers ? "ii:i" : GUEST_EXPORTS.get(name);
}
