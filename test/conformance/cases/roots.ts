/** Root contexts: configuration, ticks, queues, calls without a request. Each case has a host of its own. */
import {
  BYTES,
  type Call,
  CONTEXT,
  type Program,
  scratch,
  TOKEN,
  U32,
  U64,
  UNREPORTED,
} from "../probe/index.ts";

/** What a plugin does, and what each VM that is left running must report of it. */
export interface RootCase {
  readonly says: string;
  readonly plugin: Program;
  /** How long to wait for callbacks; not at all by default. */
  readonly after?: string;
  /** What every VM reports at its start: the canary, the main thread's and the worker's. */
  readonly starts: readonly string[];
  /** What is reported at least once after that, and in this order. */
  readonly later?: readonly string[];
}

const property = (...path: string[]): Call => ["proxy_get_property", path.join("\0"), BYTES];
const configure = (says: string, calls: readonly Call[], results: readonly string[]): RootCase => ({
  says: `configure: ${says}`,
  plugin: { configure: calls },
  starts: ["configure()", ...results.map((text) => `configure: ${text}`)],
});
const CALL = Buffer.from(
  "03000000" +
    "0700000003000000" +
    "0500000005000000" +
    "0a00000004000000" +
    Buffer.from(":method\0GET\0:path\0/tick\0:authority\0auth\0").toString("hex"),
  "hex",
);
const tick: Call = ["proxy_set_tick_period_milliseconds", 20];
const TICKING = ["configure()", "configure: set_tick_period_milliseconds -> Ok"];

/** All of them. */
export const roots: readonly RootCase[] = [
  configure(
    "who the plugin is",
    [property("plugin_name"), property("plugin_root_id"), property("plugin_vm_id")],
    ['get_property -> Ok "probe"', "get_property -> Ok null", "get_property -> Ok null"],
  ),
  configure(
    "there is no request",
    [property("request", "path"), property("source", "address"), property("connection_id")],
    ["get_property -> NotFound null", "get_property -> NotFound null", "get_property -> NotFound null"],
  ),
  configure(
    "no header map can be read or written",
    [
      ["proxy_get_header_map_value", 0, "x", BYTES],
      ["proxy_add_header_map_value", 0, "x", "1"],
      ["proxy_get_header_map_pairs", 0, BYTES],
    ],
    [
      "get_header_map_value -> BadArgument null",
      "add_header_map_value -> BadArgument",
      "get_header_map_pairs -> Ok null",
    ],
  ),
  configure("filter state cannot be set", [["proxy_set_property", "k", "v"]], ["set_property -> NotFound"]),
  configure(
    "a reply does nothing",
    [["proxy_send_local_response", 200, "", "", "", -1]],
    ["send_local_response -> Ok"],
  ),
  configure(
    "continue_stream and close_stream do nothing",
    [
      ["proxy_continue_stream", 0],
      ["proxy_close_stream", 0],
    ],
    ["continue_stream -> Ok", "close_stream -> Ok"],
  ),
  configure("nothing waits for done", [["proxy_done"]], ["done -> NotFound"]),
  configure(
    "the configuration can be read in part",
    [["proxy_get_buffer_bytes", 7, 4, 4, BYTES]],
    ['get_buffer_bytes -> Ok "0100"'],
  ),
  configure(
    "metrics of one name are one, under several numbers",
    [
      ["proxy_define_metric", 1, "conformance_same", U32],
      ["proxy_define_metric", 1, "conformance_same", U32],
      ["proxy_record_metric", 5, 3n],
      ["proxy_get_metric", 9, U64],
    ],
    ["define_metric -> Ok 5", "define_metric -> Ok 9", "record_metric -> Ok", "get_metric -> Ok 3"],
  ),
  configure(
    "a histogram's first number is 6, a counter's 4",
    [
      ["proxy_define_metric", 2, "conformance_h", U32],
      ["proxy_define_metric", 0, "conformance_c", U32],
    ],
    ["define_metric -> Ok 6", "define_metric -> Ok 4"],
  ),
  configure(
    "a property can be declared once",
    [
      ["proxy_call_foreign_function", "declare_property", Buffer.from("0a0161", "hex"), BYTES],
      ["proxy_call_foreign_function", "declare_property", Buffer.from("0a0161", "hex"), BYTES],
    ],
    ["call_foreign_function -> Ok null", "call_foreign_function -> BadArgument null"],
  ),
  configure(
    "a call to a cluster that is not known: BadArgument",
    [["proxy_http_call", "nowhere", CALL, "", "", 1000, U32]],
    ["http_call -> BadArgument 0"],
  ),
  configure("random bytes", [["random_get", 0x1d0000, 16]], ["random_get -> errno 0"]),
  configure(
    "no environment",
    [["environ_get", UNREPORTED, scratch(4)]],
    ['environ_get -> errno 0 "\\u0000\\u0000\\u0000\\u0000"'],
  ),
  {
    says: "tick: comes until the period is 0",
    plugin: { configure: [tick], tick: [["proxy_set_tick_period_milliseconds", 0]] },
    after: "100ms",
    starts: TICKING,
    later: ["tick()", "tick: set_tick_period_milliseconds -> Ok"],
  },
  {
    says: "tick: its context is the root's: there is no request",
    plugin: {
      configure: [tick],
      tick: [
        ["proxy_set_tick_period_milliseconds", 0],
        property("plugin_name"),
        property("request", "path"),
        ["proxy_set_effective_context", CONTEXT],
      ],
    },
    after: "100ms",
    starts: TICKING,
    later: [
      "tick()",
      "tick: set_tick_period_milliseconds -> Ok",
      'tick: get_property -> Ok "probe"',
      "tick: get_property -> NotFound null",
      "tick: set_effective_context -> Ok",
    ],
  },
  {
    says: "tick: a call is answered to the root",
    plugin: {
      configure: [tick],
      tick: [
        ["proxy_set_tick_period_milliseconds", 0],
        ["proxy_http_call", "stable", CALL, "", "", 1000, UNREPORTED],
      ],
      callResponse: [["proxy_get_buffer_bytes", 4, 0, 100, BYTES]],
    },
    after: "300ms",
    starts: TICKING,
    later: [
      "tick()",
      "tick: set_tick_period_milliseconds -> Ok",
      "tick: http_call -> Ok",
      "callResponse(6)",
      'callResponse: get_buffer_bytes -> Ok "stable"',
    ],
  },
  {
    says: "queue: who registered is told when something comes",
    plugin: {
      configure: [tick, ["proxy_register_shared_queue", "q-ready", UNREPORTED]],
      tick: [
        ["proxy_set_tick_period_milliseconds", 0],
        ["proxy_enqueue_shared_queue", TOKEN, "x"],
      ],
      queueReady: [["proxy_dequeue_shared_queue", TOKEN, BYTES]],
    },
    after: "300ms",
    starts: [...TICKING, "configure: register_shared_queue -> Ok"],
    later: [
      "tick()",
      "tick: set_tick_period_milliseconds -> Ok",
      "tick: enqueue_shared_queue -> Ok",
      "queueReady()",
      'queueReady: dequeue_shared_queue -> Ok "x"',
    ],
  },
];
