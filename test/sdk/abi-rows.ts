import { opened, unary } from "./grpc.ts";
import type { Step, StreamScript } from "./script.ts";

/** A host function: the public name that reaches it, and what shows on either host that it works. */
export interface ImportRow {
  /** A function, class or member of the SDK. */
  readonly name: string;
  /** Steps in the request's headers, or a whole script. */
  readonly play: readonly Step[] | StreamScript;
  readonly reports: readonly (string | RegExp)[];
  /** What the client sees; default 200. Null: the stream breaks off. */
  readonly status?: number | null;
}

const FIELDS = [
  [":method", "GET"],
  [":path", "/"],
  [":authority", "call.test"],
] as const;
const MAP = "requestHeaders";
const CANCEL: Step = ["grpcCancel", "stream"];
const call = (...then: Step[]): Step => ["call", "stable", FIELDS, "", 5000, then];

/** Host functions of module env by name. The plugin of the test has registered queue `t.abi`. */
export const ENV_ROWS: Readonly<Record<string, ImportRow>> = {
  proxy_log: { name: "log", play: [["property", "plugin_name"]], reports: ["=script"] },
  proxy_get_log_level: { name: "logLevel", play: [["logLevel"]], reports: ["2"] },
  proxy_get_status: { name: "callStatus", play: [["callStatus"]], reports: ["0="] },
  proxy_get_property: { name: "getProperty", play: [["property", "request", "path"]], reports: ["=/"] },
  proxy_set_property: { name: "setProperty", play: [["setProperty", "t.abi", "1"]], reports: ["Ok"] },
  proxy_send_local_response: { name: "Reply.send", play: [["reply", 418]], reports: [], status: 418 },
  proxy_get_header_map_value: { name: "Headers.get", play: [["get", MAP, "x-t"]], reports: ["=1"] },
  proxy_add_header_map_value: { name: "Headers.add", play: [["add", MAP, "x-t", "2"]], reports: ["Ok"] },
  proxy_replace_header_map_value: { name: "Headers.set", play: [["set", MAP, "x-t", "2"]], reports: ["Ok"] },
  proxy_remove_header_map_value: { name: "Headers.remove", play: [["remove", MAP, "x-t"]], reports: ["Ok"] },
  proxy_get_header_map_pairs: { name: "Headers.pairs", play: [["pairs", MAP]], reports: ["pairs x-t=1"] },
  proxy_set_header_map_pairs: {
    name: "Headers.replaceAll",
    play: { responseHeaders: [["replaceAll", "responseHeaders", [[":status", "207"]]]] },
    reports: ["Ok"],
    status: 207,
  },
  proxy_get_header_map_size: {
    name: "Headers.byteSize",
    play: {
      responseHeaders: [
        ["replaceAll", "responseHeaders", [[":status", "200"]]],
        ["byteSize", "responseHeaders"],
      ],
    },
    reports: ["Ok", "10"],
  },
  proxy_get_buffer_status: {
    name: "Body.length",
    play: { requestBody: [["pauseUntilEnd"], ["atEnd", [["length", "requestBody"]]]] },
    reports: ["5"],
  },
  proxy_get_buffer_bytes: {
    name: "Body.read",
    play: { requestBody: [["pauseUntilEnd"], ["atEnd", [["read", "requestBody"]]]] },
    reports: ["=hello"],
  },
  proxy_set_buffer_bytes: {
    name: "Body.replace",
    play: {
      requestHeaders: [["remove", MAP, "content-length"]],
      requestBody: [["pauseUntilEnd"], ["atEnd", [["replace", "requestBody", "bye"]]]],
    },
    reports: ["Ok", "Ok"],
  },
  proxy_http_call: {
    name: "HttpCall.dispatch",
    play: [call(["answer"], ["resumeRequest"]), ["pause"]],
    reports: ["Ok", "status 200"],
  },
  proxy_set_effective_context: {
    name: "HttpCall",
    play: [call(["set", MAP, "x-t", "2"], ["resumeRequest"]), ["pause"]],
    reports: ["Ok", "Ok"],
  },
  proxy_continue_stream: {
    name: "HttpFilter.resumeRequest",
    play: [call(["resumeRequest"]), ["pause"]],
    reports: ["Ok"],
  },
  proxy_close_stream: { name: "HttpFilter.reset", play: [["reset"]], reports: [], status: null },
  proxy_get_shared_data: { name: "getSharedData", play: [["getShared", "t.abi.none"]], reports: ["absent"] },
  proxy_set_shared_data: { name: "setSharedData", play: [["setShared", "t.abi", "1"]], reports: ["Ok"] },
  proxy_register_shared_queue: {
    name: "SharedQueue.register",
    play: [["registerQueue", "t.abi.own"]],
    reports: ["queue"],
  },
  proxy_resolve_shared_queue: {
    name: "SharedQueue.resolve",
    play: [["resolveQueue", "", "t.abi"]],
    reports: ["queue"],
  },
  proxy_enqueue_shared_queue: {
    name: "SharedQueue.enqueue",
    play: [["enqueue", "", "t.abi", "x"]],
    reports: ["Ok"],
  },
  proxy_dequeue_shared_queue: {
    name: "SharedQueue.dequeue",
    play: [
      ["enqueue", "", "t.abi", "x"],
      ["dequeue", "", "t.abi"],
    ],
    reports: ["Ok", "=x"],
  },
  proxy_define_metric: { name: "Counter", play: [["counter", "t_abi_a", 3]], reports: ["3"] },
  proxy_increment_metric: { name: "Counter.increment", play: [["counter", "t_abi_b", 2]], reports: ["2"] },
  proxy_record_metric: { name: "Gauge.record", play: [["recordGauge", "t_abi_c", 7]], reports: ["7"] },
  proxy_get_metric: { name: "Gauge.value", play: [["gauge", "t_abi_d", 4]], reports: ["4"] },
  // CONFIGURE calls it, and onTick shows it.
  proxy_set_tick_period_milliseconds: { name: "Plugin.setTickPeriod", play: [], reports: [] },
  proxy_get_current_time_nanoseconds: {
    name: "currentTimeNanoseconds",
    play: [["time"]],
    reports: [/^\d{19}$/],
  },
  // Only a plugin that is over calls it: done.test.ts shows it.
  proxy_done: { name: "Plugin.finish", play: [], reports: [] },
  proxy_call_foreign_function: {
    name: "callForeignFunction",
    play: [["foreign", "compress", "x"]],
    reports: ["Ok"],
  },
  proxy_grpc_call: {
    name: "GrpcCall.dispatch",
    play: [unary([["grpcAnswer"], ["resumeRequest"]]), ["pause"]],
    reports: ["Ok", "0="],
  },
  proxy_grpc_stream: { name: "GrpcStream.open", play: [opened(), CANCEL], reports: ["Ok", "Ok"] },
  proxy_grpc_send: {
    name: "GrpcStream.send",
    play: [opened(), ["grpcSend", "stream", "x"], CANCEL],
    reports: ["Ok", "Ok", "Ok"],
  },
  proxy_grpc_close: {
    name: "GrpcStream.close",
    play: [opened(), ["grpcClose", "stream"], CANCEL],
    reports: ["Ok", "Ok", "Ok"],
  },
  proxy_grpc_cancel: {
    name: "GrpcStream",
    play: [opened(), CANCEL, CANCEL],
    reports: ["Ok", "Ok", "NotFound"],
  },
  envoy_resolve_dns: {
    name: "DnsLookup.resolve",
    play: [["lookup", "127.0.0.1", []]],
    reports: ["at once 1=127.0.0.1:0 at once"],
  },
};

/** The functions of WASI that the SDK needs. */
export const WASI_ROWS: Readonly<Record<string, ImportRow>> = {
  random_get: { name: "randomBytes", play: [["random", 1]], reports: [/^1 [0-9a-f]{2}$/] },
  clock_time_get: { name: "monotonicTimeNanoseconds", play: [["monotonic"]], reports: [/^\d+$/] },
  environ_sizes_get: { name: "environmentVariable", play: [["environment", "T_ABI"]], reports: ["=1"] },
  environ_get: { name: "environmentVariable", play: [["environment", "T_NONE"]], reports: ["absent"] },
};

/** What a plugin does at its start, for the functions that no stream calls. */
export const CONFIGURE: readonly Step[] = [
  ["registerQueue", "t.abi"],
  ["tickPeriod", 20],
];

/** Host functions for other languages, and why a filter in AssemblyScript does not need them. */
export const IMPORTS_FOR_OTHERS: Readonly<Record<string, string>> = {
  pthread_equal: "the C library of Emscripten",
  emscripten_notify_memory_growth: "the C library of Emscripten",
};

/** Guest exports for other languages, or that no host calls, and why the SDK has none of them. */
export const EXPORTS_FOR_OTHERS: Readonly<Record<string, string>> = {
  _start: "modules with a main function; the SDK's begin with _initialize",
  main: "C and C++",
  __main_void: "C and C++",
  malloc: "the old name of proxy_on_memory_allocate",
  proxy_validate_configuration: "deprecated; no Envoy calls it, proxy_on_configure decides",
};

/** What is missing from the SDK. Whoever adds one takes it out of here: the test fails until then. */
export const PENDING: readonly string[] = [];

/** Hooks that neither driver can have called, and why: of them only that Envoy loads their exports is shown. */
export const NEVER_CALLED: Readonly<Record<string, string>> = {
  "Plugin.onForeignFunction": "Envoy 1.40 calls it for no function of its own",
  "Plugin.onLog": "called of access loggers, which the drivers do not set up",
};

/** Hooks that another test has called on both hosts, and which. */
export const SHOWN_ELSEWHERE: Readonly<Record<string, string>> = {
  "HttpFilter.onRequestMetadata": "metadata.test.ts: METADATA frames need a client of their own",
  "HttpFilter.onResponseMetadata": "metadata.test.ts",
};

/** What the scripted network filter reports of its hooks. */
export const NETWORK_HOOKS: Readonly<Record<string, string>> = {
  "NetworkFilter.onNewConnection": "new",
  "NetworkFilter.onDownstreamData": "down 5",
  "NetworkFilter.onUpstreamData": "up 3",
  "NetworkFilter.onDownstreamClose": "down closed 1",
  "NetworkFilter.onUpstreamClose": "up closed 0",
  "NetworkFilter.onDone": "done",
  "NetworkFilter.onLog": "log",
};
