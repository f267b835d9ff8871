/** Shared data, metrics, properties, time, foreign functions, log: what is the same in every hook. */
import type { Case, Topic } from "../case.ts";
import {
  type Argument,
  BYTES,
  type Call,
  CONTEXT,
  iovec,
  ROOT,
  scratch,
  TOKEN,
  U32,
  U64,
  UNREPORTED,
} from "../probe/index.ts";
import { inHook } from "./shorthand.ts";

const onRequest = inHook("requestHeaders");
const property = (...path: string[]): Call => ["proxy_get_property", path.join("\0"), BYTES];
const setShared = (key: string, value: string, cas: number): Call => [
  "proxy_set_shared_data",
  key,
  value,
  cas,
];
const getShared = (key: string): Call => ["proxy_get_shared_data", key, BYTES, UNREPORTED];
const getSharedCas = (key: string): Call => ["proxy_get_shared_data", key, BYTES, U32];
const foreign = (name: string, argument: string | Uint8Array): Call => [
  "proxy_call_foreign_function",
  name,
  argument,
  BYTES,
];

const sharedData: readonly Case[] = [
  onRequest(
    "shared data: a key that was never set is NotFound",
    [getSharedCas("none")],
    ["get_shared_data -> NotFound null 0"],
  ),
  onRequest(
    "shared data: what is set is read",
    [setShared("a", "1", 0), getShared("a")],
    ["set_shared_data -> Ok", 'get_shared_data -> Ok "1"'],
  ),
  onRequest(
    "shared data: an empty value is Ok without memory",
    [setShared("e", "", 0), getShared("e")],
    ["set_shared_data -> Ok", "get_shared_data -> Ok null"],
  ),
  onRequest(
    "shared data: another number than the last one is CasMismatch",
    [setShared("c", "1", 0), setShared("c", "2", 0x7fffffff), getShared("c")],
    ["set_shared_data -> Ok", "set_shared_data -> CasMismatch", 'get_shared_data -> Ok "1"'],
  ),
  onRequest(
    "shared data: a new key can be set with any number",
    [setShared("n", "1", 77), getShared("n")],
    ["set_shared_data -> Ok", 'get_shared_data -> Ok "1"'],
  ),
  onRequest(
    "shared data: number 0 sets whatever was there",
    [setShared("u", "1", 0), setShared("u", "2", 0), getShared("u")],
    ["set_shared_data -> Ok", "set_shared_data -> Ok", 'get_shared_data -> Ok "2"'],
  ),
  onRequest(
    "shared data: the empty key is a key",
    [setShared("", "x", 0), getShared("")],
    ["set_shared_data -> Ok", 'get_shared_data -> Ok "x"'],
  ),
  onRequest(
    "shared data: keys hold any bytes",
    [setShared("\0\xff", "x", 0), getShared("\0\xff"), getShared("\0")],
    ["set_shared_data -> Ok", 'get_shared_data -> Ok "x"', "get_shared_data -> NotFound null"],
  ),
  onRequest(
    "shared data: a pointer beyond memory is InvalidMemoryAccess",
    [["proxy_set_shared_data", 0xfffffff0, 4, "v", 0]],
    ["set_shared_data -> InvalidMemoryAccess"],
  ),
];

const queues: readonly Case[] = [
  onRequest(
    "queue: one that nobody registered is NotFound",
    [["proxy_resolve_shared_queue", "", "none", U32]],
    ["resolve_shared_queue -> NotFound 0"],
  ),
  onRequest(
    "queue: an unknown token is NotFound",
    [
      ["proxy_enqueue_shared_queue", 9999, "x"],
      ["proxy_dequeue_shared_queue", 9999, BYTES],
    ],
    ["enqueue_shared_queue -> NotFound", "dequeue_shared_queue -> NotFound null"],
  ),
  onRequest(
    "queue: an empty one answers Empty",
    [
      ["proxy_register_shared_queue", "q-empty", UNREPORTED],
      ["proxy_dequeue_shared_queue", TOKEN, BYTES],
    ],
    ["register_shared_queue -> Ok", "dequeue_shared_queue -> Empty null"],
  ),
  onRequest(
    "queue: first in, first out",
    [
      ["proxy_register_shared_queue", "q-fifo", UNREPORTED],
      ["proxy_enqueue_shared_queue", TOKEN, "a"],
      ["proxy_enqueue_shared_queue", TOKEN, "b"],
      ["proxy_dequeue_shared_queue", TOKEN, BYTES],
      ["proxy_dequeue_shared_queue", TOKEN, BYTES],
      ["proxy_dequeue_shared_queue", TOKEN, BYTES],
    ],
    [
      "register_shared_queue -> Ok",
      "enqueue_shared_queue -> Ok",
      "enqueue_shared_queue -> Ok",
      'dequeue_shared_queue -> Ok "a"',
      'dequeue_shared_queue -> Ok "b"',
      "dequeue_shared_queue -> Empty null",
    ],
  ),
  onRequest(
    "queue: the empty vm_id means the own VM",
    [
      ["proxy_register_shared_queue", "q-own", UNREPORTED],
      ["proxy_resolve_shared_queue", "", "q-own", UNREPORTED],
    ],
    ["register_shared_queue -> Ok", "resolve_shared_queue -> Ok"],
  ),
  onRequest(
    "queue: of another vm_id there is none",
    [
      ["proxy_register_shared_queue", "q-other", UNREPORTED],
      ["proxy_resolve_shared_queue", "other", "q-other", UNREPORTED],
    ],
    ["register_shared_queue -> Ok", "resolve_shared_queue -> NotFound"],
  ),
];

const define = (type: number, name: string): Call => ["proxy_define_metric", type, name, UNREPORTED];
// Ids are (n << 2) | type; the topic defines these first, in its plugin.
const COUNTER = 4;
const GAUGE = 5;
const HISTOGRAM = 6;

const metrics: readonly Case[] = [
  onRequest(
    "metric: a kind that does not exist is BadArgument",
    [["proxy_define_metric", 3, "m", U32]],
    ["define_metric -> BadArgument 0"],
  ),
  onRequest(
    "metric: a counter counts and is read",
    [
      ["proxy_increment_metric", COUNTER, 3n],
      ["proxy_get_metric", COUNTER, U64],
    ],
    ["increment_metric -> Ok", "get_metric -> Ok 3"],
  ),
  onRequest(
    "metric: a counter does not go down or stand",
    [
      ["proxy_increment_metric", COUNTER, -1n],
      ["proxy_increment_metric", COUNTER, 0n],
    ],
    ["increment_metric -> BadArgument", "increment_metric -> BadArgument"],
  ),
  onRequest(
    "metric: record on a counter adds",
    [
      ["proxy_record_metric", COUNTER, 2n],
      ["proxy_get_metric", COUNTER, U64],
    ],
    ["record_metric -> Ok", "get_metric -> Ok 5"],
  ),
  onRequest(
    "metric: record on a gauge sets",
    [
      ["proxy_record_metric", GAUGE, 7n],
      ["proxy_get_metric", GAUGE, U64],
    ],
    ["record_metric -> Ok", "get_metric -> Ok 7"],
  ),
  onRequest(
    "metric: a gauge goes up and down",
    [
      ["proxy_increment_metric", GAUGE, 3n],
      ["proxy_increment_metric", GAUGE, -10n],
      ["proxy_get_metric", GAUGE, U64],
    ],
    ["increment_metric -> Ok", "increment_metric -> Ok", "get_metric -> Ok 0"],
  ),
  onRequest(
    "metric: a histogram records, and neither counts nor is read",
    [
      ["proxy_record_metric", HISTOGRAM, 5n],
      ["proxy_increment_metric", HISTOGRAM, 1n],
      ["proxy_get_metric", HISTOGRAM, U64],
    ],
    ["record_metric -> Ok", "increment_metric -> BadArgument", "get_metric -> BadArgument 0"],
  ),
  onRequest(
    "metric: an unknown number is NotFound",
    [
      ["proxy_increment_metric", 4000, 1n],
      ["proxy_record_metric", 4000, 1n],
      ["proxy_get_metric", 4000, U64],
    ],
    ["increment_metric -> NotFound", "record_metric -> NotFound", "get_metric -> NotFound 0"],
  ),
  onRequest(
    "metric: kind 3 in a number is BadArgument to count and read, NotFound to record",
    [
      ["proxy_increment_metric", 7, 1n],
      ["proxy_get_metric", 7, U64],
      ["proxy_record_metric", 7, 1n],
    ],
    ["increment_metric -> BadArgument", "get_metric -> BadArgument 0", "record_metric -> NotFound"],
  ),
];

const properties: readonly Case[] = [
  onRequest(
    "property: the empty path is SerializationFailure",
    [property("")],
    ["get_property -> SerializationFailure null"],
  ),
  onRequest(
    "property: an unknown name is NotFound",
    [property("nothing")],
    ["get_property -> NotFound null"],
  ),
  onRequest("property: plugin_name", [property("plugin_name")], ['get_property -> Ok "probe"']),
  onRequest("property: plugin_root_id is empty", [property("plugin_root_id")], ["get_property -> Ok null"]),
  onRequest("property: plugin_vm_id is empty", [property("plugin_vm_id")], ["get_property -> Ok null"]),
  onRequest("property: request.path", [property("request", "path")], ['get_property -> Ok "/a/b?c=d"'], {
    send: { path: "/a/b?c=d" },
  }),
  onRequest(
    "property: request.url_path is without the query",
    [property("request", "url_path")],
    ['get_property -> Ok "/a/b"'],
    { send: { path: "/a/b?c=d" } },
  ),
  onRequest("property: request.query", [property("request", "query")], ['get_property -> Ok "c=d"'], {
    send: { path: "/a/b?c=d" },
  }),
  onRequest("property: request.host", [property("request", "host")], ['get_property -> Ok "example.test"']),
  onRequest("property: request.method", [property("request", "method")], ['get_property -> Ok "DELETE"'], {
    send: { method: "DELETE" },
  }),
  onRequest("property: request.scheme", [property("request", "scheme")], ['get_property -> Ok "http"']),
  onRequest(
    "property: request.protocol",
    [property("request", "protocol")],
    ['get_property -> Ok "HTTP/1.1"'],
  ),
  onRequest(
    "property: request.headers joins repeated values with a comma",
    [property("request", "headers", "x-two")],
    ['get_property -> Ok "a,b"'],
    {
      send: {
        headers: [
          ["x-two", "a"],
          ["x-two", "b"],
        ],
      },
    },
  ),
  onRequest(
    "property: a request header that is absent is NotFound",
    [property("request", "headers", "x-none")],
    ["get_property -> NotFound null"],
  ),
  onRequest(
    "property: the whole of request is SerializationFailure",
    [property("request")],
    ["get_property -> SerializationFailure null"],
  ),
  onRequest(
    "property: the whole of response is SerializationFailure",
    [property("response")],
    ["get_property -> SerializationFailure null"],
  ),
  onRequest(
    "property: the whole of connection is SerializationFailure",
    [property("connection")],
    ["get_property -> SerializationFailure null"],
  ),
  onRequest(
    "property: the whole of xds is SerializationFailure",
    [property("xds")],
    ["get_property -> SerializationFailure null"],
  ),
  onRequest(
    "property: the whole of filter_state is SerializationFailure",
    [property("filter_state")],
    ["get_property -> SerializationFailure null"],
  ),
  onRequest(
    "property: response.code is NotFound before there is a response",
    [property("response", "code")],
    ["get_property -> NotFound null"],
  ),
  onRequest(
    "property: upstream.address is NotFound before there is an upstream",
    [property("upstream", "address")],
    ["get_property -> NotFound null"],
  ),
  onRequest(
    "property: connection.mtls is one byte",
    [property("connection", "mtls")],
    ['get_property -> Ok "\\u0000"'],
  ),
  onRequest(
    "property: connection.tls_version is NotFound without TLS",
    [property("connection", "tls_version")],
    ["get_property -> NotFound null"],
  ),
  onRequest(
    "property: connection.requested_server_name is empty without TLS",
    [property("connection", "requested_server_name")],
    ["get_property -> Ok null"],
  ),
  onRequest("property: xds.route_name", [property("xds", "route_name")], ['get_property -> Ok "stable"']),
  onRequest("property: xds.cluster_name", [property("xds", "cluster_name")], ['get_property -> Ok "stable"']),
  ...[
    "node",
    "cluster_name",
    "route_name",
    "virtual_host_name",
    "filter_chain_name",
    "listener_direction",
    "cluster_metadata",
    "route_metadata",
    "listener_metadata",
    "virtual_host_metadata",
    "upstream_host_metadata",
  ].map((name) =>
    onRequest(
      `property: ${name} is gone since xds.* exists: NotFound`,
      [property(name)],
      ["get_property -> NotFound null"],
    ),
  ),
  onRequest(
    "property: metadata that nobody set is Ok and empty",
    [property("metadata")],
    ["get_property -> Ok null"],
  ),
  inHook("responseHeaders")(
    "property: response.code is eight bytes",
    [property("response", "code")],
    ['get_property -> Ok "\xc9\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000"'],
    { upstream: { status: 201 } },
  ),
  inHook("log")(
    "property: response.code_details names the upstream's answer",
    [property("response", "code_details")],
    ['get_property -> Ok "via_upstream"'],
  ),
];

const set = (path: string, value: string): Call => ["proxy_set_property", path, value];

const filterState: readonly Case[] = [
  onRequest(
    "filter state: what is set is read back with the same path",
    [set("k", "v"), property("k")],
    ["set_property -> Ok", 'get_property -> Ok "v"'],
  ),
  onRequest(
    "filter state: it is also filter_state.wasm.<path>",
    [set("k", "v"), property("filter_state", "wasm.k")],
    ["set_property -> Ok", 'get_property -> Ok "v"'],
  ),
  onRequest(
    "filter state: an attribute cannot be changed",
    [set("request\0path", "/x"), property("request", "path")],
    ["set_property -> Ok", 'get_property -> Ok "/"'],
  ),
  onRequest("filter state: it is gone with its stream", [property("k")], ["get_property -> NotFound null"]),
  onRequest(
    "filter state: it can be set again",
    [set("k", "1"), set("k", "2"), property("k")],
    ["set_property -> Ok", "set_property -> Ok", 'get_property -> Ok "2"'],
  ),
  onRequest(
    "filter state: none in the root's context",
    [["proxy_set_effective_context", ROOT], set("k", "v"), ["proxy_set_effective_context", CONTEXT]],
    ["set_effective_context -> Ok", "set_property -> NotFound", "set_effective_context -> Ok"],
  ),
];

const contexts: readonly Case[] = [
  onRequest(
    "context: one that never was is BadArgument",
    [["proxy_set_effective_context", 0x7fffffff]],
    ["set_effective_context -> BadArgument"],
  ),
  onRequest(
    "context: the root's and the own are Ok",
    [
      ["proxy_set_effective_context", ROOT],
      ["proxy_set_effective_context", CONTEXT],
    ],
    ["set_effective_context -> Ok", "set_effective_context -> Ok"],
  ),
  onRequest(
    "context: 0 is Ok",
    [
      ["proxy_set_effective_context", 0],
      ["proxy_set_effective_context", CONTEXT],
    ],
    ["set_effective_context -> Ok", "set_effective_context -> Ok"],
  ),
  onRequest("done: nothing waits for it: NotFound", [["proxy_done"]], ["done -> NotFound"]),
  onRequest(
    "status: without a call it is 0 and empty",
    [["proxy_get_status", U32, BYTES]],
    ["get_status -> Ok 0 null"],
  ),
  onRequest(
    "continue_stream: a request that nothing paused, harmless",
    [["proxy_continue_stream", 0]],
    ["continue_stream -> Ok"],
  ),
  onRequest(
    "continue_stream: downstream Ok, upstream Unimplemented, others BadArgument",
    [
      ["proxy_continue_stream", 2],
      ["proxy_continue_stream", 3],
      ["proxy_continue_stream", 4],
    ],
    ["continue_stream -> Ok", "continue_stream -> Unimplemented", "continue_stream -> BadArgument"],
  ),
  onRequest(
    "close_stream: the kinds of a TCP connection do nothing, others are BadArgument",
    [
      ["proxy_close_stream", 2],
      ["proxy_close_stream", 3],
      ["proxy_close_stream", 9],
    ],
    ["close_stream -> Ok", "close_stream -> Ok", "close_stream -> BadArgument"],
  ),
  onRequest(
    "log: levels 0 to 5 are Ok, others BadArgument",
    [
      ["proxy_log", 0, "t"],
      ["proxy_log", 5, "c"],
      ["proxy_log", 6, "x"],
      ["proxy_log", -1, "x"],
    ],
    ["log -> Ok", "log -> Ok", "log -> BadArgument", "log -> BadArgument"],
  ),
  onRequest(
    "log: a pointer beyond memory is InvalidMemoryAccess",
    [["proxy_log", 2, 0xfffffff0, 8]],
    ["log -> InvalidMemoryAccess"],
  ),
  onRequest(
    "get_log_level: a pointer beyond memory is InvalidMemoryAccess",
    [["proxy_get_log_level", 0xfffffffe]],
    ["get_log_level -> InvalidMemoryAccess"],
  ),
  onRequest(
    "get_current_time_nanoseconds: Ok",
    [["proxy_get_current_time_nanoseconds", UNREPORTED]],
    ["get_current_time_nanoseconds -> Ok"],
  ),
];

const foreignFunctions: readonly Case[] = [
  onRequest(
    "foreign function: an unknown one is NotFound",
    [foreign("none", "")],
    ["call_foreign_function -> NotFound null"],
  ),
  onRequest(
    "foreign function: the result need not be taken",
    [["proxy_call_foreign_function", "compress", "aaaa", 0, 0]],
    ["call_foreign_function -> Ok"],
  ),
  onRequest(
    "foreign function: uncompress of garbage is SerializationFailure",
    [foreign("uncompress", "garbage")],
    ["call_foreign_function -> SerializationFailure null"],
  ),
  onRequest(
    "foreign function: uncompress undoes zlib",
    [foreign("uncompress", Buffer.from("789c4b4c4a06000 24d0127".replaceAll(" ", ""), "hex"))],
    ['call_foreign_function -> Ok "abc"'],
  ),
  onRequest(
    "foreign function: clear_route_cache is Ok",
    [foreign("clear_route_cache", "")],
    ["call_foreign_function -> Ok null"],
  ),
  onRequest(
    "foreign function: verify_signature without a key is BadArgument",
    [foreign("verify_signature", "")],
    ["call_foreign_function -> BadArgument null"],
    { since: "1.37" },
  ),
  onRequest(
    "foreign function: sign without a key is BadArgument",
    [foreign("sign", "")],
    ["call_foreign_function -> BadArgument null"],
    { since: "1.37" },
  ),
  onRequest(
    "foreign function: declare_property of a stream's context",
    [foreign("declare_property", Buffer.from("0a026470", "hex"))],
    ["call_foreign_function -> Ok null"],
  ),
  onRequest(
    "foreign function: declare_property of the same name again in the same stream is BadArgument",
    [
      foreign("declare_property", Buffer.from("0a026470", "hex")),
      foreign("declare_property", Buffer.from("0a026470", "hex")),
    ],
    ["call_foreign_function -> Ok null", "call_foreign_function -> BadArgument null"],
  ),
  onRequest(
    "foreign function: declare_property in a stream does not bind what is set: that is for the plugin",
    [
      foreign("declare_property", Buffer.from("0a0364727210 01".replaceAll(" ", ""), "hex")),
      set("drr", "1"),
      set("drr", "2"),
      property("drr"),
    ],
    [
      "call_foreign_function -> Ok null",
      "set_property -> Ok",
      "set_property -> Ok",
      'get_property -> Ok "2"',
    ],
  ),
  onRequest(
    "foreign function: set_envoy_filter_state without a factory for the path is NotFound",
    [foreign("set_envoy_filter_state", Buffer.from("0a026e6f120176", "hex"))],
    ["call_foreign_function -> NotFound null"],
  ),
];

const wasi = (
  says: string,
  calls: readonly Call[],
  results: readonly string[],
  more: Partial<Case> = {},
): Case => onRequest(`WASI: ${says}`, calls, results, more);
const stream = (fd: number, text: string): readonly Argument[] => [fd, iovec(text), 1, U32];

const wasiCases: readonly Case[] = [
  wasi(
    "fd_write on 1 and 2 logs",
    [
      ["fd_write", ...stream(1, "out\n")],
      ["fd_write", ...stream(2, "err")],
    ],
    ["fd_write -> errno 0 4", "fd_write -> errno 0 3"],
  ),
  wasi(
    "fd_write on another descriptor is EBADF",
    [["fd_write", ...stream(3, "x")]],
    ["fd_write -> errno 8 0"],
  ),
  wasi("fd_read is ENOSYS", [["fd_read", 0, 0, 0, U32]], ["fd_read -> errno 52 0"]),
  wasi(
    "fd_close and fd_seek do nothing",
    [
      ["fd_close", 1],
      ["fd_seek", 1, 0n, 0, UNREPORTED],
    ],
    ["fd_close -> errno 0", "fd_seek -> errno 0"],
  ),
  wasi("fd_prestat_get is EBADF", [["fd_prestat_get", 3, UNREPORTED]], ["fd_prestat_get -> errno 8"]),
  wasi(
    "fd_fdstat_get knows 1 and 2",
    [
      ["fd_fdstat_get", 0, scratch(24)],
      ["fd_fdstat_get", 3, scratch(24)],
    ],
    [
      `fd_fdstat_get -> errno 8 ${JSON.stringify("\0".repeat(24))}`,
      `fd_fdstat_get -> errno 8 ${JSON.stringify("\0".repeat(24))}`,
    ],
  ),
  wasi(
    "path_open finds nothing",
    [["path_open", 3, 0, "x", 0, 0n, 0n, 0, UNREPORTED]],
    ["path_open -> errno 44"],
  ),
  wasi(
    "random_get gives up to 65536 bytes",
    [
      ["random_get", 0x10000, 0],
      ["random_get", 0x1d0000, 65536],
      ["random_get", 0x1d0000, 65537],
    ],
    ["random_get -> errno 0", "random_get -> errno 0", "random_get -> errno 28"],
  ),
  wasi("random_get beyond memory is EFAULT", [["random_get", 0xfffffff0, 16]], ["random_get -> errno 21"]),
  wasi(
    "clock_time_get knows realtime and monotonic",
    [
      ["clock_time_get", 0, 0n, UNREPORTED],
      ["clock_time_get", 1, 0n, UNREPORTED],
      ["clock_time_get", 2, 0n, UNREPORTED],
    ],
    ["clock_time_get -> errno 0", "clock_time_get -> errno 0", "clock_time_get -> errno 58"],
  ),
  wasi("no arguments", [["args_sizes_get", U32, U32]], ["args_sizes_get -> errno 0 0 0"]),
  wasi(
    "no environment unless configured",
    [["environ_sizes_get", U32, U32]],
    ["environ_sizes_get -> errno 0 0 0"],
  ),
  wasi(
    "sched_yield and poll_oneoff do nothing",
    [["sched_yield"], ["poll_oneoff", 0, 0, 0, UNREPORTED]],
    ["sched_yield -> errno 0", "poll_oneoff -> errno 0"],
    { since: "1.39" },
  ),
  wasi(
    "proc_exit returns, and the program goes on",
    [["proc_exit", 1], ["sched_yield"]],
    ["proc_exit -> errno 0", "sched_yield -> errno 0"],
  ),
];

/** What does not depend on the messages. */
export const state: Topic = {
  name: "state",
  plugin: {
    configure: [
      define(0, "conformance_counter"),
      define(1, "conformance_gauge"),
      define(2, "conformance_histogram"),
    ],
  },
  cases: [
    ...sharedData,
    ...queues,
    ...metrics,
    ...properties,
    ...filterState,
    ...contexts,
    ...foreignFunctions,
    ...wasiCases,
  ],
};
