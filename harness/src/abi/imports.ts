/** Versions of the ABI that Envoy 1.40 accepts, oldest first. */
export const ABI_VERSIONS = ["0_1_0", "0_2_0", "0_2_1"] as const;
export type AbiVersion = (typeof ABI_VERSIONS)[number];

/** A signature as text: parameters and results with one letter per type (i = i32, I = i64, f, F, v). */
export type Signature = `${string}:${string}`;

interface ImportSpec {
  readonly signature: Signature;
  /** Versions that offer it; absent: all of them. */
  readonly versions?: readonly AbiVersion[];
}

const i32s = (count: number): Signature => `${"i".repeat(count)}:i`;
const all = (signature: Signature): ImportSpec => ({ signature });
const since020: readonly AbiVersion[] = ["0_2_0", "0_2_1"];
const only010: readonly AbiVersion[] = ["0_1_0"];

/** Functions of the module `env` that Envoy 1.40 offers, with their signatures. */
export const ENV_IMPORTS: ReadonlyMap<string, ImportSpec> = new Map([
  ["proxy_log", all(i32s(3))],
  ["proxy_get_log_level", { signature: i32s(1), versions: ["0_2_1"] }],
  ["proxy_get_status", all(i32s(3))],
  ["proxy_get_property", all(i32s(4))],
  ["proxy_set_property", all(i32s(4))],
  ["proxy_send_local_response", all(i32s(8))],
  ["proxy_get_header_map_value", all(i32s(5))],
  ["proxy_add_header_map_value", all(i32s(5))],
  ["proxy_replace_header_map_value", all(i32s(5))],
  ["proxy_remove_header_map_value", all(i32s(3))],
  ["proxy_get_header_map_pairs", all(i32s(3))],
  ["proxy_set_header_map_pairs", all(i32s(3))],
  ["proxy_get_header_map_size", all(i32s(2))],
  ["proxy_get_buffer_status", all(i32s(3))],
  ["proxy_get_buffer_bytes", all(i32s(5))],
  ["proxy_set_buffer_bytes", all(i32s(5))],
  ["proxy_http_call", all(i32s(10))],
  ["proxy_grpc_call", all(i32s(12))],
  ["proxy_grpc_stream", all(i32s(9))],
  ["proxy_grpc_send", all(i32s(4))],
  ["proxy_grpc_cancel", all(i32s(1))],
  ["proxy_grpc_close", all(i32s(1))],
  ["proxy_get_shared_data", all(i32s(5))],
  ["proxy_set_shared_data", all(i32s(5))],
  ["proxy_register_shared_queue", all(i32s(3))],
  ["proxy_resolve_shared_queue", all(i32s(5))],
  ["proxy_enqueue_shared_queue", all(i32s(3))],
  ["proxy_dequeue_shared_queue", all(i32s(3))],
  ["proxy_define_metric", all(i32s(4))],
  ["proxy_increment_metric", all("iI:i")],
  ["proxy_record_metric", all("iI:i")],
  ["proxy_get_metric", all(i32s(2))],
  ["proxy_set_tick_period_milliseconds", all(i32s(1))],
  ["proxy_get_current_time_nanoseconds", all(i32s(1))],
  ["proxy_set_effective_context", all(i32s(1))],
  ["proxy_done", all(i32s(0))],
  ["proxy_call_foreign_function", all(i32s(6))],
  ["proxy_continue_stream", { signature: i32s(1), versions: since020 }],
  ["proxy_close_stream", { signature: i32s(1), versions: since020 }],
  ["proxy_get_configuration", { signature: i32s(2), versions: only010 }],
  ["proxy_continue_request", { signature: i32s(0), versions: only010 }],
  ["proxy_continue_response", { signature: i32s(0), versions: only010 }],
  ["proxy_clear_route_cache", { signature: i32s(0), versions: only010 }],
  ["pthread_equal", all(i32s(2))],
  ["emscripten_notify_memory_growth", all("i:")],
  ["envoy_resolve_dns", all(i32s(3))],
]);

/** Module names under which Envoy 1.40 offers WASI. */
export const WASI_MODULES = ["wasi_unstable", "wasi_snapshot_preview1"] as const;

/** WASI functions that Envoy 1.40 offers, with their signatures (WASI preview 1). */
export const WASI_IMPORTS: ReadonlyMap<string, Signature> = new Map<string, Signature>([
  ["fd_write", "iiii:i"],
  ["fd_read", "iiii:i"],
  ["fd_seek", "iIii:i"],
  ["fd_close", "i:i"],
  ["fd_fdstat_get", "ii:i"],
  ["fd_fdstat_set_flags", "ii:i"],
  ["fd_fdstat_set_rights", "iII:i"],
  ["fd_advise", "iIIi:i"],
  ["fd_allocate", "iII:i"],
  ["fd_datasync", "i:i"],
  ["fd_filestat_get", "ii:i"],
  ["fd_filestat_set_size", "iI:i"],
  ["fd_filestat_set_times", "iIIi:i"],
  ["fd_pread", "iiiIi:i"],
  ["fd_pwrite", "iiiIi:i"],
  ["fd_prestat_get", "ii:i"],
  ["fd_prestat_dir_name", "iii:i"],
  ["fd_readdir", "iiiIi:i"],
  ["fd_renumber", "ii:i"],
  ["fd_sync", "i:i"],
  ["fd_tell", "ii:i"],
  ["path_open", "iiiiiIIii:i"],
  ["path_filestat_get", "iiiii:i"],
  ["path_filestat_set_times", "iiiiIIi:i"],
  ["path_create_directory", "iii:i"],
  ["path_link", "iiiiii:i"],
  ["path_readlink", "iiiiii:i"],
  ["path_remove_directory", "iii:i"],
  ["path_rename", "iiiiii:i"],
  ["path_symlink", "iiii:i"],
  ["path_unlink_file", "iii:i"],
  ["environ_get", "ii:i"],
  ["environ_sizes_get", "ii:i"],
  ["args_get", "ii:i"],
  ["args_sizes_get", "ii:i"],
  ["clock_time_get", "iIi:i"],
  ["clock_res_get", "ii:i"],
  ["random_get", "ii:i"],
  ["sched_yield", ":i"],
  ["poll_oneoff", "iiii:i"],
  ["proc_exit", "i:"],
  ["sock_accept", "iii:i"],
  ["sock_recv", "iiiiii:i"],
  ["sock_send", "iiiii:i"],
  ["sock_shutdown", "ii:i"],
]);

/** Host functions that a module may call from `_initialize`, `_start` and `main`; others trap (Envoy 1.40). */
export const ALLOWED_DURING_START: ReadonlySet<string> = new Set([
  "proxy_log",
  "fd_write",
  "fd_read",
  "fd_seek",
  "fd_close",
  "fd_fdstat_get",
  "fd_prestat_get",
  "fd_prestat_dir_name",
  "environ_get",
  "environ_sizes_get",
  "args_get",
  "args_sizes_get",
  "clock_time_get",
  "clock_res_get",
  "random_get",
  "sched_yield",
  "poll_oneoff",
  "proc_exit",
  "path_open",
  "emscripten_notify_memory_growth",
  "pthread_equal",
]);

/** Host functions that a module may call while the host asks it for memory; others trap (Envoy 1.40). */
export const ALLOWED_IN_ALLOCATOR: ReadonlySet<string> = new Set([
  "proxy_log",
  "fd_write",
  "clock_time_get",
  "poll_oneoff",
  "emscripten_notify_memory_growth",
]);
